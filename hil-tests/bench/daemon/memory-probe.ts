// Loaded into the daemon's process before the daemon itself: answers over IPC how much memory it has, after a collection.

/** What the probe answers. */
export interface MemoryReading {
  rssBytes: number;
  heapBytes: number;
  /** TCP connections, the API's included. */
  connections: number;
}

process.on("message", () => {
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  const connections = process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap").length;
  process.send?.({ rssBytes: rss, heapBytes: heapUsed, connections } satisfies MemoryReading);
});
// The daemon must be able to end although somebody may still ask.
process.channel?.unref();
