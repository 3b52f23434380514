import { once } from "node:events";
import { statSync } from "node:fs";
import { createServer } from "node:net";
import { platform } from "node:os";

/**
 * Makes this process the folder's only user until it ends, however it ends. False if another one is. Only Linux has what that
 * takes, a name that goes with its process; elsewhere nobody is kept out.
 */
export async function becomeSoleUser(dir: string): Promise<boolean> {
  if (platform() !== "linux") return true;
  const { dev, ino } = statSync(dir);
  const server = createServer();
  server.listen(`\0portvakt-lock-sim-${dev}-${ino}`);
  // It is there to be named, and shall keep no process up.
  server.unref();
  try {
    await once(server, "listening");
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") return false;
    throw error;
  }
}
