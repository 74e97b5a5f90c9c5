/** @typedef {{ cpuMicroseconds: number, seconds: number, busy: number }} Used `busy`: the share of a core */

/** Starts to measure. @returns {() => Used} returns the usage of this process since the call */
export function meter() {
  const cpu = process.cpuUsage();
  const start = performance.now();
  return () => {
    const { user, system } = process.cpuUsage(cpu);
    const seconds = (performance.now() - start) / 1000;
    return { cpuMicroseconds: user + system, seconds, busy: (user + system) / 1e6 / seconds };
  };
}
