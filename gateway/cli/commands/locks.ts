import type { Command } from "commander";
import type { LockJson } from "../../api/lock-view.ts";
import { contextOf } from "../command-context.ts";
import { factLines } from "../facts.ts";
import type { CliIo } from "../io.ts";
import { allItems } from "../pages.ts";
import { relativeTime, table } from "../text.ts";

const UNKNOWN = "–";

export function addLocksCommand(program: Command, io: CliIo): void {
  program
    .command("locks")
    .description("Shows the paired locks, and why one is not in step; or all about one lock.")
    .argument("[lock]", "a lock's id")
    .action(async (lockId: string | undefined, _options: object, command: Command) => {
      const { client, json } = contextOf(command, io);
      const nowMs = io.clock.wallMs();
      if (lockId !== undefined) {
        const lock = await client.get<LockJson>(`/locks/${encodeURIComponent(lockId.toLowerCase())}`);
        for (const line of json ? [JSON.stringify(lock)] : lockLines(lock, nowMs)) io.out(line);
        return;
      }
      const locks: LockJson[] = [];
      for await (const lock of allItems<LockJson>(client, "/locks")) locks.push(lock);
      if (json) for (const lock of locks) io.out(JSON.stringify(lock));
      else if (locks.length === 0) io.out("No lock is paired yet. Pair one with: portvakt pair LABEL --via WAY");
      else
        for (const line of table(
          HEADINGS,
          locks.map((lock) => lockCells(lock, nowMs)),
        ))
          io.out(line);
    });
}

const HEADINGS = ["LOCK", "MODEL", "BOLT", "DOOR", "BATTERY", "SEEN", "STATE"];

function lockCells({ lockId, model, reported, sync }: LockJson, nowMs: number): string[] {
  return [
    lockId,
    model,
    reported?.bolt ?? UNKNOWN,
    reported?.door ?? UNKNOWN,
    reported ? battery(reported) : UNKNOWN,
    reported ? relativeTime(reported.at, nowMs) : "never",
    sync.sentence,
  ];
}

function lockLines(lock: LockJson, nowMs: number): string[] {
  const { reported, log } = lock;
  const facts: [string, string][] = [
    ["Lock", lock.lockId],
    ["Model", `${lock.model}, hardware ${lock.hardware}, firmware ${lock.firmware}`],
    ["Via", lock.via],
    ["Paired", `${relativeTime(lock.pairedAt, nowMs)}, generation ${lock.generation}`],
    ["Signing key", lock.sigPk],
    ["State", lock.sync.sentence],
    ...(lock.sync.nextTryAt ? [["Next try", relativeTime(lock.sync.nextTryAt, nowMs)] as [string, string]] : []),
    ["Roster", `epoch ${reported?.epoch ?? UNKNOWN} of ${lock.wantedEpoch}`],
    ["Events", `${log.seq} here, ${log.deliveredThrough} delivered, ${log.acknowledgedThrough} acknowledged`],
  ];
  if (reported) {
    facts.push(
      ["Seen", relativeTime(reported.at, nowMs)],
      ["Bolt", `${reported.bolt}${reported.jammed ? ", jammed" : ""}`],
      ["Door", reported.door],
      ["Battery", battery(reported)],
      ["Temperature", `${reported.temperatureC} °C`],
      ["Clock", reported.timeUncertain ? "uncertain" : relativeTime(reported.time, Date.parse(reported.at))],
    );
  }
  return factLines(facts);
}

function battery(reported: NonNullable<LockJson["reported"]>): string {
  return `${(reported.batteryMillivolt / 1000).toFixed(2)} V${reported.batteryLow ? ", low" : ""}`;
}
