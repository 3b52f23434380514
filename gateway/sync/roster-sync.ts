import { CCM_TAG_BYTES, type Suite } from "../../crypto/suite.ts";
import { parseRoster } from "../../protocol/documents/roster.ts";
import { compareBytes, equalBytes } from "../../protocol/wire/bytes.ts";
import { type Command, encodeCommand } from "../../protocol/wire/commands.ts";
import { FRAME_BYTES_MAX } from "../../protocol/wire/messages.ts";
import { GRANT_LIST_ENTRIES_MAX, type GrantListEntry, type Responses } from "../../protocol/wire/responses.ts";
import { granted, LockDisagrees } from "../link/lock-disagrees.ts";
import type { RosterStore, WantedRoster } from "../store/roster-store.ts";
import { compareTables } from "./compare-tables.ts";
import type { Talk } from "./talk.ts";

/** C is header, CmdCtr, command and tag (protocol.md §3). */
const COMMAND_BYTES_MAX = FRAME_BYTES_MAX - 3 - CCM_TAG_BYTES;
const BEFORE_ALL_IDS = new Uint8Array(8);

export interface RosterSyncParts {
  suite: Suite;
  rosters: RosterStore;
  /** Makes a wanted roster with an epoch above the one that the lock reports. */
  renew: (lockId: string) => Promise<void>;
}

/**
 * Brings one lock the roster that it shall have: BEGIN, LIST, DROP and PUT of what differs, COMMIT (protocol.md §6, §7).
 *
 * A lock's staging copy begins as a copy of its table and survives whatever ends the session, so only differences
 * travel, and after an interruption this goes on where it was.
 */
export class RosterSync {
  readonly #lockId: string;
  readonly #parts: RosterSyncParts;
  /** What the newest wanted roster says, so that a lock in step costs no look at its thousand grants. */
  #wanted: { epoch: number; digest: Uint8Array } | undefined;

  constructor(lockId: string, parts: RosterSyncParts) {
    this.#lockId = lockId;
    this.#parts = parts;
  }

  /**
   * Compares with what the lock has just reported, and acts. Says whether anything was done; throws LockDisagrees if the
   * lock refuses a step.
   */
  async bring(talk: Talk, reported: Responses["status"]): Promise<boolean> {
    if (this.#isInStep(reported)) return false;
    const { rosters, renew } = this.#parts;
    // A store restored from a backup is behind the lock, which takes nothing that is not newer.
    if (rosters.wantedEpoch(this.#lockId) <= reported.epoch) await renew(this.#lockId);
    const wanted = rosters.wanted(this.#lockId);
    if (wanted) await this.#send(talk, wanted);
    return true;
  }

  #isInStep(reported: Responses["status"]): boolean {
    const { suite, rosters } = this.#parts;
    const epoch = rosters.wantedEpoch(this.#lockId);
    if (epoch !== reported.epoch) return false;
    if (this.#wanted?.epoch !== epoch) {
      const wanted = rosters.wanted(this.#lockId);
      const roster = wanted && parseRoster(suite, wanted.document);
      this.#wanted = roster?.ok ? { epoch, digest: roster.value.claims.digest } : undefined;
    }
    return this.#wanted !== undefined && equalBytes(this.#wanted.digest, reported.rosterDigest);
  }

  async #send(talk: Talk, { document, grantDocuments }: WantedRoster): Promise<void> {
    await talk(async (session) =>
      granted("the roster", await session.command({ name: "rosterBegin", roster: document })),
    );
    const { surplus, missing } = compareTables(this.#parts.suite, grantDocuments, await stagedGrants(talk));
    for (const command of [
      ...fullCommands(surplus, (ids) => ({ name: "grantDrop", ids })),
      ...fullCommands(missing, (grants) => ({ name: "grantPut", grants })),
    ]) {
      await talk(async (session) => granted("a batch of grants", await session.command(command)));
    }
    await talk(async (session) => granted("the roster as a whole", await session.command({ name: "rosterCommit" })));
  }
}

/** More than any lock has room for. */
const GRANTS_LISTED_MAX = 10_000;

/** The staging copy begins as the table is, or as an interrupted try has left it. Throws LockDisagrees on a list without end. */
async function stagedGrants(talk: Talk): Promise<GrantListEntry[]> {
  const staged: GrantListEntry[] = [];
  for (;;) {
    const after = staged.at(-1)?.id ?? BEFORE_ALL_IDS;
    const { entries } = await talk(async (session) =>
      granted("to list its grants", await session.command({ name: "grantList", after })),
    );
    for (const entry of entries) {
      const last = staged.at(-1)?.id ?? BEFORE_ALL_IDS;
      if (compareBytes(entry.id, last) <= 0) throw new LockDisagrees("the lock lists its grants out of order");
      staged.push(entry);
    }
    if (staged.length > GRANTS_LISTED_MAX) throw new LockDisagrees("the lock's list of grants has no end");
    if (entries.length < GRANT_LIST_ENTRIES_MAX) return staged;
  }
}

/** As few commands as hold all items; each item alone fits. */
function fullCommands(items: readonly Uint8Array[], commandOf: (items: Uint8Array[]) => BatchCommand): BatchCommand[] {
  const commands: BatchCommand[] = [];
  for (let from = 0; from < items.length; ) {
    let end = from + 1;
    const fits = (command: BatchCommand) => encodeCommand(command).length <= COMMAND_BYTES_MAX;
    while (end < items.length && fits(commandOf(items.slice(from, end + 1)))) end++;
    commands.push(commandOf(items.slice(from, end)));
    from = end;
  }
  return commands;
}

type BatchCommand = Extract<Command, { name: "grantDrop" | "grantPut" }>;
