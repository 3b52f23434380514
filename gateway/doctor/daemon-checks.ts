import type { LockJson } from "../api/lock-view.ts";
import type { HealthJson } from "../api/routes/health.ts";
import type { SyncReason, UplinkStatus } from "../api/services.ts";
import { ApiClient } from "../cli/api-client.ts";
import { CliError, ExitCode } from "../cli/exit-code.ts";
import type { ClientOptions, CliIo } from "../cli/io.ts";
import { allItems } from "../cli/pages.ts";
import { attention, type Check, good, wrong } from "./check.ts";

/** What the daemon itself says: that it runs, of each lock, and of the uplink. */
export async function checkDaemon(
  options: ClientOptions,
  io: CliIo,
): Promise<{ isUp: boolean; hasLocksOnBle: boolean; checks: Check[] }> {
  let hasLocksOnBle = false;
  try {
    const client = ApiClient.fromOptions(options, io);
    const { details } = await client.get<HealthJson>("/health");
    const checks: Check[] = [];
    for await (const lock of allItems<LockJson>(client, "/locks")) {
      checks.push(checkLock(lock));
      hasLocksOnBle ||= lock.via.startsWith("ble:");
    }
    if (!details) return { isUp: true, hasLocksOnBle, checks };
    const daemon = good("daemon", `Version ${details.version} runs since ${details.startedAt}.`);
    return { isUp: true, hasLocksOnBle, checks: [daemon, ...checks, checkUplink(details.uplink, details.undelivered)] };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const isUp = error.exitCode !== ExitCode.notRunning;
    const start = `portvakt run${options.config ? ` --config ${options.config}` : ""}`;
    const todo = isUp ? "Show another token: --token-file" : `Start it, and see what it says: ${start}`;
    return { isUp, hasLocksOnBle, checks: [wrong("daemon", `${error.message}.`, todo)] };
  }
}

function checkLock({ lockId, sync, reported }: LockJson): Check {
  const what = `lock ${lockId}`;
  switch (sync.state) {
    case "stopped":
      return wrong(what, sync.sentence, whatHelps(lockId, sync.reason) ?? "It needs somebody at the door.");
    case "waiting": {
      const todo = whatHelps(lockId, sync.reason);
      return attention(
        what,
        sync.sentence,
        todo ?? "It is tried again; if that lasts, see to its line and its battery.",
      );
    }
    case "in-step":
    case "working":
      if (reported?.jammed) return wrong(what, "Its bolt is jammed.", "Free the bolt at the door.");
      if (reported?.batteryLow) return attention(what, "Its battery is low.", "Replace the battery.");
      return good(what, sync.sentence);
  }
}

/** Undefined where only the lock itself can be seen to. */
function whatHelps(lockId: string, reason: SyncReason): string | undefined {
  switch (reason) {
    case "held":
      return `Look at it: portvakt fleet held ${lockId}; then portvakt fleet approve ${lockId}, or discard in its place.`;
    case "no-roster":
      return "Have the issuer take the lock in, and send it a roster.";
    case "changed-elsewhere":
      return `Find out who does that; portvakt sync ${lockId} --approve makes its rights those of here again.`;
    case "disk-trouble":
      return "See to the gateway's disk.";
    default:
      return undefined;
  }
}

function checkUplink({ state, sentence }: UplinkStatus, undelivered: number): Check {
  if (state !== "waiting") return good("uplink", sentence);
  return attention("uplink", `${sentence} ${undelivered} events wait.`, "See to the network, or to the backend.");
}
