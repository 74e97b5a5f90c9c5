/** One packet a second, in every contender. */
export const TICK_MS = 1000;

/** What a packet says, in the form of the seed's server: the same for every contender. @param {number} time milliseconds since 1970 */
export function packetData(time) {
  return `time is ${new Date(time)}`;
}
