import type { Command } from "commander";
import type { SyncJson } from "../../api/sync-view.ts";
import { contextOf } from "../command-context.ts";
import { factLines } from "../facts.ts";
import type { CliIo } from "../io.ts";
import { relativeTime } from "../text.ts";

const UNKNOWN = "–";

export function addSyncCommand(program: Command, io: CliIo): void {
  program
    .command("sync")
    .description("Shows how far a lock is in step, and why it is not.")
    .argument("<lock>", "the lock's id")
    .option("--approve", "say that this gateway is right about a lock that was changed elsewhere, and about the time")
    .action(async (lockId: string, { approve }: { approve?: true }, command: Command) => {
      const { client, json } = contextOf(command, io);
      const path = `/locks/${encodeURIComponent(lockId.toLowerCase())}/sync`;
      const sync = approve ? await client.post<SyncJson>(`${path}/approval`, {}) : await client.get<SyncJson>(path);
      for (const line of json ? [JSON.stringify(sync)] : syncLines(sync, io.clock.wallMs())) io.out(line);
    });
}

function syncLines(sync: SyncJson, nowMs: number): string[] {
  const { roster, log, clock } = sync;
  const when = (time: string | undefined) => (time === undefined ? UNKNOWN : relativeTime(time, nowMs));
  return factLines([
    ["State", sync.sentence],
    ...(sync.progress ? [["Progress", `${sync.progress.done} of ${sync.progress.of} grants`] as const] : []),
    ["Answered", when(sync.lastContactAt)],
    ...(sync.nextTryAt ? [["Next try", when(sync.nextTryAt)] as const] : []),
    ["Roster", `${rosterText(roster)}`],
    [
      "Events",
      `${log.seq} of ${log.reportedSeq ?? UNKNOWN} here, ${log.deliveredThrough} delivered, ${log.acknowledgedThrough} acknowledged`,
    ],
    ["Revocations", revocationText(sync.revocationAgeSeconds, nowMs)],
    ...(sync.staleAfter ? [["Stale", when(sync.staleAfter)] as const] : []),
    ...(sync.changedElsewhere ? [["Changed", changedText(sync.changedElsewhere, nowMs)] as const] : []),
    ["Clock", clock ? clockText(clock) : UNKNOWN],
  ]);
}

function rosterText({ inStep, wanted, reported }: SyncJson["roster"]): string {
  if (inStep) return `epoch ${wanted.epoch}, in step`;
  return `epoch ${wanted.epoch} is wanted, the lock has ${reported?.epoch ?? UNKNOWN}`;
}

/** What was revoked since then may still work. */
function revocationText(ageSeconds: number | undefined, nowMs: number): string {
  if (ageSeconds === undefined) return "not confirmed yet";
  return `confirmed ${relativeTime(new Date(nowMs - ageSeconds * 1000).toISOString(), nowMs)}`;
}

function changedText({ epoch, at, renewals }: NonNullable<SyncJson["changedElsewhere"]>, nowMs: number): string {
  const times = renewals === 1 ? "once" : `${renewals} times`;
  return `roster ${epoch} from elsewhere ${relativeTime(at, nowMs)}, overwritten ${times} since`;
}

function clockText({ errorSeconds, boundSeconds, uncertain }: NonNullable<SyncJson["clock"]>): string {
  const doubt = uncertain ? ", and the lock does not trust it" : "";
  if (errorSeconds === undefined || boundSeconds === undefined) return `not measured${doubt}`;
  const isRight = Math.abs(errorSeconds) <= boundSeconds;
  return `${isRight ? "right" : `${Math.abs(errorSeconds)} s ${errorSeconds < 0 ? "behind" : "ahead"}`}${doubt}`;
}
