/**
 * The command that listens to a stream in a terminal. The address may come from a link that somebody else made,
 * and the command is there to be pasted: nothing in it may end the quotes or be run.
 */
export function curlCommand(address: string): string {
  const plain = /^[\w.:/@%+=,~-]+$/.test(address);
  return `curl -N ${plain ? address : `'${address.replaceAll("'", "%27")}'`}`;
}
