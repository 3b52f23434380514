/** Processor time of this process, user and system, since `process.cpuUsage()` gave `before`; in microseconds. */
export function cpuUsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
