import { CCM_TAG_BYTES, type Suite } from "../../crypto/suite.ts";
import { parseRoster } from "../../protocol/documents/roster.ts";
import { equalBytes } from "../../protocol/wire/bytes.ts";
import { encodeCommand } from "../../protocol/wire/commands.ts";
import { FRAME_BYTES_MAX } from "../../protocol/wire/messages.ts";
import type { Responses } from "../../protocol/wire/responses.ts";
import { granted } from "../link/lock-disagrees.ts";
import type { RosterStore, WantedRoster } from "../store/roster-store.ts";
import type { Talk } from "./talk.ts";

/** C is header, CmdCtr, command and tag (protocol.md §3). */
const COMMAND_BYTES_MAX = FRAME_BYTES_MAX - 3 - CCM_TAG_BYTES;

export interface RosterSyncParts {
  suite: Suite;
  rosters: RosterStore;
  /** Makes a wanted roster with an epoch above the one that the lock reports. */
  renew: (lockId: string) => Promise<void>;
}

/**
 * Brings one lock the roster that it shall have: BEGIN, PUT in full frames, COMMIT (protocol.md §6, §7).
 *
 * A lock's staging copy survives whatever ends the session, so after an interruption this goes on where it was.
 */
export class RosterSync {
  readonly #lockId: string;
  readonly #parts: RosterSyncParts;
  /** What the newest wanted roster says, so that a lock in step costs no look at its thousand grants. */
  #wanted: { epoch: number; digest: Uint8Array } | undefined;
  /** How many grants the lock has in its staging copy for the roster of this epoch. */
  #staged = { epoch: 0, grants: 0 };

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

  async #send(talk: Talk, wanted: WantedRoster): Promise<void> {
    const { epoch, document, grantDocuments } = wanted;
    await talk(async (session) =>
      granted("the roster", await session.command({ name: "rosterBegin", roster: document })),
    );
    if (this.#staged.epoch !== epoch) this.#staged = { epoch, grants: 0 };
    const staged = this.#staged;
    while (staged.grants < grantDocuments.length) {
      const grants = nextBatch(grantDocuments, staged.grants);
      await talk(async (session) => granted("a batch of grants", await session.command({ name: "grantPut", grants })));
      staged.grants += grants.length;
    }
    const committed = await talk((session) => session.command({ name: "rosterCommit" }));
    // The copy may lack what another gateway's roster has pushed out meanwhile: after a refusal all grants are sent anew.
    staged.grants = 0;
    granted("the roster as a whole", committed);
  }
}

/** As many grants from `from` on as one command holds; each alone fits. */
function nextBatch(grants: readonly Uint8Array[], from: number): Uint8Array[] {
  let end = from + 1;
  const fits = (grants: Uint8Array[]) => encodeCommand({ name: "grantPut", grants }).length <= COMMAND_BYTES_MAX;
  while (end < grants.length && fits(grants.slice(from, end + 1))) end++;
  return grants.slice(from, end);
}
