/**
 * Writes the command that listens to a stream in a terminal. The address may come from another person's link, and the command is made for
 * pasting. So nothing in it may end the quotes or run.
 */
export function curlCommand(address: string): string {
  const plain = /^[\w.:/@%+=,~-]+$/.test(address);
  return `curl -N ${plain ? address : `'${address.replaceAll("'", "%27")}'`}`;
}
