import type { Suite } from "../../crypto/suite.ts";
import { verifyLogHead } from "../../protocol/documents/log-head.ts";
import { firstHash, nextHash } from "../../protocol/log/chain.ts";
import { CHAIN_HASH_BYTES, HASHED_BYTES } from "../../protocol/log/record.ts";
import { equalBytes, fromHex, toHex } from "../../protocol/wire/bytes.ts";
import type { ExportedEvent } from "./export-line.ts";

/** A head may come somewhat after its record, and a record twice: so many hashes are kept to look back. */
const LOOK_BACK_RECORDS = 64;
/** A head may come before its record; more of them than this is no order at all. */
const HEADS_AHEAD_MAX = 64;

/** What an export shows of one generation of a lock's log. */
export interface LogFinding {
  lockId: string;
  generation: number;
  /** Of the records that are there; 0 if there are none. */
  firstSeq: number;
  lastSeq: number;
  /** The last record that the lock has signed for; 0 if none. */
  signedThrough: number;
  /**
   * Records that no signature proves: behind the last head, between it and a hole, the first behind a hole or at the beginning,
   * and repeats that there is nothing left to compare with.
   */
  unsigned: number;
  /** Records that are reported as lost. */
  missingAtLock: number;
  missingAtGateway: number;
  /** The first thing that does not hold; nothing after it was looked at. */
  fault?: string;
}

/**
 * Checks one generation of one lock's log, event by event in the order of the log, in bounded memory (protocol.md §9): each
 * record hangs on the one before it, the first on h_0; the lock's signed heads are of just these records; what is missing is
 * reported.
 */
export class LogCheck {
  readonly #suite: Suite;
  readonly #lockId: string;
  readonly #generation: number;
  /** Without it the chain alone can be checked, and not what it hangs on. */
  readonly #sigPk: Uint8Array | undefined;
  readonly #hashes = new Map<number, Uint8Array>();
  readonly #headsAhead = new Map<number, Uint8Array>();
  #firstSeq = 0;
  /** Of the last record, or of the last that is reported missing. */
  #through: number | undefined;
  #lastSeq = 0;
  #signedThrough = 0;
  /** Of the records since the last hole, the first; and whether the hash that it hangs on is known. */
  #runFirstSeq = 0;
  #isRunChained = false;
  #unsignedBefore = 0;
  #missingAtLock = 0;
  #missingAtGateway = 0;
  #fault: string | undefined;

  constructor(suite: Suite, lockId: string, generation: number, sigPk: Uint8Array | undefined) {
    this.#suite = suite;
    this.#lockId = lockId;
    this.#generation = generation;
    this.#sigPk = sigPk;
    if (sigPk) this.#hashes.set(0, firstHash(suite, fromHex(lockId), generation, sigPk));
  }

  see(event: ExportedEvent): void {
    if (this.#fault !== undefined) return;
    switch (event.kind) {
      case "record":
        this.#fault = this.#seeRecord(event.seq, event.record);
        return;
      case "head":
        this.#fault = this.#seeHead(event.seq, event.document);
        return;
      case "gap":
        this.#fault = this.#seeGap(event);
        return;
      default:
        event satisfies never;
    }
  }

  finding(): LogFinding {
    const [ahead] = this.#headsAhead.keys();
    const cutOff = ahead === undefined ? undefined : `the lock has signed for record ${ahead}, which is not there`;
    const fault = this.#fault ?? cutOff;
    return {
      lockId: this.#lockId,
      generation: this.#generation,
      firstSeq: this.#firstSeq,
      lastSeq: this.#lastSeq,
      signedThrough: this.#signedThrough,
      unsigned: this.#unsignedBefore + this.#unsignedInRun(),
      missingAtLock: this.#missingAtLock,
      missingAtGateway: this.#missingAtGateway,
      ...(fault !== undefined && { fault }),
    };
  }

  #seeRecord(seq: number, record: Uint8Array): string | undefined {
    const h = record.slice(-CHAIN_HASH_BYTES);
    if (this.#through !== undefined && seq <= this.#through) return this.#seeAgain(seq, record);
    if (seq === 0) return "there is no record 0";
    const jump = this.#jumpTo(seq);
    if (jump !== undefined) return jump;
    // What stood before a gap, or before the export, can not be looked at: the hash is taken at its word, so that the signed
    // head after it covers what follows. It does not cover what this record itself says.
    const previous = this.#hashes.get(seq - 1);
    if (previous && !this.#follows(previous, record)) {
      return `record ${seq} does not follow from the one before it`;
    }
    this.#hashes.set(seq, h);
    this.#hashes.delete(seq - LOOK_BACK_RECORDS);
    if (this.#firstSeq === 0) this.#firstSeq = seq;
    if (this.#lastSeq !== seq - 1 || this.#runFirstSeq === 0) {
      this.#unsignedBefore += this.#unsignedInRun();
      this.#runFirstSeq = seq;
      this.#isRunChained = previous !== undefined;
    }
    this.#through = seq;
    this.#lastSeq = seq;
    const head = this.#headsAhead.get(seq);
    this.#headsAhead.delete(seq);
    return head && this.#compareHead(seq, head);
  }

  /** The hash alone would not do: it is part of what is repeated, whatever stands before it. */
  #seeAgain(seq: number, record: Uint8Array): string | undefined {
    const [previous, known] = [this.#hashes.get(seq - 1), this.#hashes.get(seq)];
    const isOther = known !== undefined && !equalBytes(known, record.subarray(-CHAIN_HASH_BYTES));
    if (isOther || (previous && !this.#follows(previous, record))) return `there are two different records ${seq}`;
    if (!previous || !known) this.#unsignedBefore++;
    return undefined;
  }

  #follows(previous: Uint8Array, record: Uint8Array): boolean {
    const h = nextHash(this.#suite, previous, record.subarray(0, HASHED_BYTES));
    return equalBytes(h, record.subarray(-CHAIN_HASH_BYTES));
  }

  #seeHead(seq: number, document: Uint8Array): string | undefined {
    if (!this.#sigPk) return undefined;
    const checked = verifyLogHead(this.#suite, document, this.#sigPk);
    if (!checked.ok) return `the head of record ${seq} is not signed by the lock`;
    const { lockId, generation, seq: signedSeq, head } = checked.value;
    if (toHex(lockId) !== this.#lockId || generation !== this.#generation || signedSeq !== seq) {
      return `the head of record ${seq} is of another place`;
    }
    if (seq <= (this.#through ?? 0)) return this.#compareHead(seq, head);
    this.#headsAhead.set(seq, head);
    return this.#headsAhead.size > HEADS_AHEAD_MAX ? "too many heads stand before their records" : undefined;
  }

  /** A head that is too old to be compared says nothing new: a later one covers its records as well. */
  #compareHead(seq: number, head: Uint8Array): string | undefined {
    const h = this.#hashes.get(seq);
    if (!h) return undefined;
    if (!equalBytes(h, head)) return `the lock has signed for another record ${seq}`;
    this.#signedThrough = Math.max(this.#signedThrough, seq);
    return undefined;
  }

  /** A gateway that was put back from a backup reports as missing what it had delivered before. */
  #seeGap({ fromSeq, toSeq, isAtGateway }: ExportedEvent & { kind: "gap" }): string | undefined {
    const through = this.#through ?? fromSeq - 1;
    if (toSeq <= through) return undefined;
    const jump = this.#jumpTo(Math.max(fromSeq, through + 1));
    if (jump !== undefined) return jump;
    if (isAtGateway) this.#missingAtGateway += toSeq - through;
    else this.#missingAtLock += toSeq - through;
    this.#through = toSeq;
    return undefined;
  }

  /** A head proves what chains back from it. A chain ends at a hole, and with it the proof of the record that begins it. */
  #unsignedInRun(): number {
    if (this.#runFirstSeq === 0) return 0;
    const records = this.#lastSeq - this.#runFirstSeq + 1;
    const chained = this.#signedThrough - this.#runFirstSeq + (this.#isRunChained ? 1 : 0);
    return records - Math.max(0, chained);
  }

  /** The first of an export may be any: what was delivered long ago is kept nowhere for ever. */
  #jumpTo(seq: number): string | undefined {
    if (this.#through === undefined || seq === this.#through + 1) return undefined;
    return `records ${this.#through + 1} to ${seq - 1} are not there, and nothing reports them missing`;
  }
}
