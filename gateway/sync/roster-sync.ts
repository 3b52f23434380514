import assert from "node:assert/strict";
import type { Suite } from "../../crypto/suite.ts";
import { parseRoster } from "../../protocol/documents/roster.ts";
import { equalBytes, fromHex } from "../../protocol/wire/bytes.ts";
import type { Command } from "../../protocol/wire/commands.ts";
import { Reason } from "../../protocol/wire/reason.ts";
import { granted } from "../link/lock-disagrees.ts";
import type { RosterHead, RosterStore, TableChanges } from "../store/roster-store.ts";
import { compareTables } from "./compare-tables.ts";
import { type Batch, RosterPlan } from "./roster-plan.ts";
import { roundTripsToList, stagedGrants } from "./staged-grants.ts";
import type { Talk } from "./talk.ts";

/** What a lock says of its table: in STATUS, or by taking a COMMIT. */
export interface TableWord {
  epoch: number;
  rosterDigest: Uint8Array;
}

export interface WantedWord extends TableWord {
  /** Seconds since 1970; 0 = never. */
  staleAfter: number;
}

export interface RosterSyncParts {
  suite: Suite;
  rosters: RosterStore;
}

/** How a roster gets into the lock; `basedOn` is the epoch of the table that its staging copy begins with. */
interface Attempt {
  epoch: number;
  basedOn: number;
  plan: RosterPlan;
}

const BEGIN_AND_COMMIT = 2;

/**
 * Brings one lock the roster that it shall have: BEGIN, DROP and PUT of what differs, COMMIT (protocol.md §6, §7).
 *
 * A lock whose epoch was wanted here once is not asked for its table: what differs is known, and COMMIT tells by its digest
 * whether it was so (20: LIST, and go on). A staging copy survives whatever ends the session, so after an interruption this
 * goes on with the command that was not answered.
 */
export class RosterSync {
  readonly #lockId: string;
  readonly #parts: RosterSyncParts;
  /** An earlier run may have begun with this one. */
  readonly #inheritedEpoch: number;
  #attempt: Attempt | undefined;
  #triedEpoch = 0;
  #isSending = false;
  /** What the newest wanted roster says, so that a lock in step costs no look at its document. */
  #wanted: WantedWord | undefined;

  constructor(lockId: string, parts: RosterSyncParts) {
    this.#lockId = lockId;
    this.#parts = parts;
    this.#inheritedEpoch = parts.rosters.wantedEpoch(lockId);
  }

  /** Grants put and dropped of those that the roster on its way takes. */
  get progress(): { done: number; of: number } | undefined {
    return this.#attempt?.plan.progress;
  }

  get isSending(): boolean {
    return this.#isSending;
  }

  /** Of the newest roster that there was a try to bring. */
  get triedEpoch(): number {
    return this.#triedEpoch;
  }

  /** Undefined if no roster is wanted yet. */
  get wanted(): WantedWord | undefined {
    const { rosters } = this.#parts;
    if (rosters.wantedEpoch(this.#lockId) !== (this.#wanted?.epoch ?? 0)) {
      const document = rosters.document(this.#lockId);
      this.#wanted = document && this.#wordOf(document);
    }
    return this.#wanted;
  }

  /** The lock says by itself that it has the wanted roster: the answer to a COMMIT may have been lost. */
  confirmed(): void {
    this.#attempt = undefined;
  }

  isInStep({ epoch, rosterDigest }: TableWord): boolean {
    const { wanted } = this;
    return wanted !== undefined && wanted.epoch === epoch && equalBytes(wanted.rosterDigest, rosterDigest);
  }

  /**
   * Brings the wanted roster, which is newer than the lock's, and those that become wanted meanwhile. `committed` hears of each
   * one that the lock has taken. Throws LockDisagrees if the lock refuses a step.
   */
  async bring(talk: Talk, lockEpoch: number, committed: (word: TableWord) => Promise<void>): Promise<void> {
    this.#isSending = true;
    try {
      for (let epoch = lockEpoch; ; ) {
        const head = this.#parts.rosters.head(this.#lockId);
        if (!head || head.epoch <= epoch) return;
        this.#triedEpoch = head.epoch;
        const end = await this.#send(talk, head, epoch);
        this.#attempt = undefined;
        if (end === "overtaken") continue;
        epoch = head.epoch;
        await committed(this.#wordOf(head.document));
      }
    } finally {
      this.#isSending = false;
    }
  }

  async #send(talk: Talk, { epoch, document }: RosterHead, basedOn: number): Promise<"committed" | "overtaken"> {
    await talk(async (session) =>
      granted("the roster", await session.command({ name: "rosterBegin", roster: document })),
    );
    let plan = this.#planSoFar(epoch, basedOn);
    for (;;) {
      const isListed = plan === undefined;
      plan ??= await this.#planFromList(talk, epoch);
      if (!plan) return "overtaken";
      this.#attempt = { epoch, basedOn, plan };
      for (let batch = plan.next; batch; batch = plan.next) {
        if (this.#isOvertaken(this.#attempt)) return "overtaken";
        await this.#sendBatch(talk, batch);
        plan.advance();
      }
      const commit = await talk((session) => session.command({ name: "rosterCommit" }));
      // The lock had something else than was thought; after a LIST that can not be.
      const wasOther = !commit.ok && commit.refusal.reason === Reason.digestMismatch;
      if (!wasOther || isListed) {
        granted("the roster as a whole", commit);
        return "committed";
      }
      plan = undefined;
    }
  }

  async #sendBatch(talk: Talk, { kind, ids }: Batch): Promise<void> {
    const command: Command =
      kind === "drop"
        ? { name: "grantDrop", ids: ids.map(fromHex) }
        : { name: "grantPut", grants: ids.map((id) => this.#document(id)) };
    await talk(async (session) => granted("a batch of grants", await session.command(command)));
  }

  #document(id: string): Uint8Array {
    const document = this.#parts.rosters.grantDocument(this.#lockId, id);
    assert(document, "a plan that is not overtaken puts what is wanted");
    return document;
  }

  /** Undefined if the lock has to be asked, or asking is the shorter way to a staging copy that an earlier run may have filled. */
  #planSoFar(epoch: number, basedOn: number): RosterPlan | undefined {
    const { rosters } = this.#parts;
    if (this.#attempt?.epoch === epoch && this.#attempt.basedOn === basedOn) return this.#attempt.plan;
    const changes = rosters.wantedEpoch(this.#lockId) === epoch && rosters.changesSince(this.#lockId, basedOn);
    if (!changes) return undefined;
    const plan = new RosterPlan(changes);
    const mayBeBegun = epoch === this.#inheritedEpoch;
    const isShort = plan.commandsLeft <= roundTripsToList(rosters.entries(this.#lockId).length);
    return mayBeBegun && !isShort ? undefined : plan;
  }

  /** Undefined if another roster is wanted by then. */
  async #planFromList(talk: Talk, epoch: number): Promise<RosterPlan | undefined> {
    const { rosters } = this.#parts;
    const listed = await stagedGrants(talk);
    if (rosters.wantedEpoch(this.#lockId) !== epoch) return undefined;
    return new RosterPlan(compareTables(rosters.entries(this.#lockId), listed));
  }

  #wordOf(document: Uint8Array): WantedWord {
    const roster = parseRoster(this.#parts.suite, document);
    assert(roster.ok, "a wanted roster is one");
    const { epoch, digest, staleAfter } = roster.value.claims;
    return { epoch, rosterDigest: digest, staleAfter };
  }

  /** A newer roster is wanted, and this one can not be ended first, or that would take longer. */
  #isOvertaken({ epoch, basedOn, plan }: Attempt): boolean {
    const { rosters } = this.#parts;
    if (rosters.wantedEpoch(this.#lockId) === epoch) return false;
    const fromThis = rosters.changesSince(this.#lockId, epoch);
    const fromBase = rosters.changesSince(this.#lockId, basedOn);
    if (!fromThis || plan.needs([...fromThis.put.map(({ id }) => id), ...fromThis.drop])) return true;
    if (!fromBase) return false;
    const commands = (changes: TableChanges) => BEGIN_AND_COMMIT + new RosterPlan(changes).commandsLeft;
    return commands(fromBase) <= plan.commandsLeft + 1 + commands(fromThis);
  }
}
