/** The interval of packets, one a second in every contender. */
export const TICK_MS = 1000;

/**
 * Returns a packet's data, in the form of the seed's server. It is the same for every contender.
 * @param {number} time milliseconds since 1970
 */
export function packetData(time) {
  return `time is ${new Date(time)}`;
}
