import { setFlagsFromString } from "node:v8";

// Loaded into the daemon's process before the daemon itself: answers over IPC how much memory it has, after a collection
// that closes the gaps too, as V8 makes it by itself when a process has been idle for two minutes.

/** What the probe answers. */
export interface MemoryReading {
  rssBytes: number;
  /** TCP connections, the API's included. */
  connections: number;
}

process.on("message", () => {
  setFlagsFromString("--compact-on-every-full-gc");
  globalThis.gc?.();
  setFlagsFromString("--no-compact-on-every-full-gc");
  const { rss } = process.memoryUsage();
  const connections = process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap").length;
  process.send?.({ rssBytes: rss, connections } satisfies MemoryReading);
});
// The daemon must be able to end although somebody may still ask.
process.channel?.unref();
