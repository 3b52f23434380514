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
    .action(async (lockId: string, _options: object, command: Command) => {
      const { client, json } = contextOf(command, io);
      const sync = await client.get<SyncJson>(`/locks/${encodeURIComponent(lockId.toLowerCase())}/sync`);
      for (const line of json ? [JSON.stringify(sync)] : syncLines(sync, io.clock.wallMs())) io.out(line);
    });
}

function syncLines(sync: SyncJson, nowMs: number): string[] {
  const { roster, log, clock } = sync;
  const when = (time: string | undefined) => (time === undefined ? UNKNOWN : relativeTime(time, nowMs));
  return factLines([
    ["State", sync.sentence],
    ["Answered", when(sync.lastContactAt)],
    ...(sync.nextTryAt ? [["Next try", when(sync.nextTryAt)] as const] : []),
    ["Roster", `${rosterText(roster)}`],
    [
      "Events",
      `${log.seq} of ${log.reportedSeq ?? UNKNOWN} here, ${log.deliveredThrough} delivered, ${log.acknowledgedThrough} acknowledged`,
    ],
    ["Clock", clock ? clockText(clock) : UNKNOWN],
  ]);
}

function rosterText({ inStep, wanted, reported }: SyncJson["roster"]): string {
  if (inStep) return `epoch ${wanted.epoch}, in step`;
  return `epoch ${wanted.epoch} is wanted, the lock has ${reported?.epoch ?? UNKNOWN}`;
}

function clockText({ errorSeconds, boundSeconds, uncertain }: NonNullable<SyncJson["clock"]>): string {
  const doubt = uncertain ? ", and the lock does not trust it" : "";
  if (errorSeconds === undefined || boundSeconds === undefined) return `not measured${doubt}`;
  const isRight = Math.abs(errorSeconds) <= boundSeconds;
  return `${isRight ? "right" : `${Math.abs(errorSeconds)} s ${errorSeconds < 0 ? "behind" : "ahead"}`}${doubt}`;
}
