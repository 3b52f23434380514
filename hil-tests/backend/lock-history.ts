import type { Suite } from "../../crypto/suite.ts";
import { type LogHead, verifyLogHead } from "../../protocol/documents/log-head.ts";
import { firstHash, verifyChain } from "../../protocol/log/chain.ts";
import { decodeRecord, encodeRecord, type LogRecord } from "../../protocol/log/record.ts";
import { ProtocolError } from "../../protocol/protocol-error.ts";
import { equalBytes, fromHex, toHex } from "../../protocol/wire/bytes.ts";
import { EventRefused, type LockEvent } from "./lock-event.ts";

/** One generation of a lock's log as far as this backend holds it. */
export interface GenerationHistory {
  generation: number;
  /** Every record up to here is held, or known to be lost. */
  durableThrough: number;
  /** The last record that the lock has signed for; 0 if no head has come. It proves what chains back from there. */
  signedThrough: number;
  gaps: { fromSeq: number; toSeq: number }[];
  records: LogRecord[];
}

/** A head that the lock has signed over a nonce of this backend's. */
export interface AskedHead {
  /** Hex. */
  nonce: string;
  generation: number;
  seq: number;
  /** Seconds since 1970, by the lock's clock. */
  time: number;
}

/**
 * The history of one lock, verified link by link from h_0 (protocol.md §9) and by the lock's own signature.
 *
 * Trusts nobody on the way: a gateway can hold events back, but what it alters, invents or reorders is refused.
 */
export class LockHistory {
  readonly #suite: Suite;
  readonly #lockId: string;
  readonly sigPk: Uint8Array;
  readonly #generations = new Map<number, Generation>();
  readonly #askedHeads = new Map<string, AskedHead>();

  constructor(suite: Suite, lockId: string, sigPk: Uint8Array) {
    this.#suite = suite;
    this.#lockId = lockId;
    this.sigPk = sigPk;
  }

  /** Whether the event was news. Throws EventRefused if it does not verify; then nothing has changed. */
  accept(event: LockEvent): boolean {
    const generation =
      this.#generations.get(event.generation) ??
      new Generation(firstHash(this.#suite, fromHex(this.#lockId), event.generation, this.sigPk));
    const isNews = this.#acceptInto(generation, event);
    this.#generations.set(event.generation, generation);
    return isNews;
  }

  /** Oldest generation first. */
  generations(): GenerationHistory[] {
    return [...this.#generations]
      .sort(([a], [b]) => a - b)
      .map(([number, { durableThrough, signedThrough, gaps, records }]) => ({
        generation: number,
        durableThrough,
        signedThrough,
        gaps: [...gaps],
        records: [...records.values()].sort((a, b) => a.seq - b.seq),
      }));
  }

  /** Oldest first. */
  askedHeads(): AskedHead[] {
    return [...this.#askedHeads.values()];
  }

  /** Every record of the generation up to here is held, or known to be lost. */
  durableThrough(generation: number): number {
    return this.#generations.get(generation)?.durableThrough ?? 0;
  }

  /** h of a record that is held. */
  hashAt(generation: number, seq: number): Uint8Array | undefined {
    return this.#generations.get(generation)?.records.get(seq)?.h;
  }

  /** As after a disaster: what follows this record is not held any more. */
  forgetAfter(generation: number, seq: number): void {
    this.#generations.get(generation)?.forgetAfter(seq);
  }

  #acceptInto(generation: Generation, event: LockEvent): boolean {
    switch (event.kind) {
      case "record":
        return this.#acceptRecord(generation, event);
      case "head":
        return this.#acceptHead(generation, event);
      case "gap":
      case "lost":
        return acceptGap(generation, event);
      default:
        return event satisfies never;
    }
  }

  #acceptRecord(generation: Generation, event: LockEvent & { kind: "record" }): boolean {
    const record = decode(event);
    const held = generation.records.get(event.seq);
    if (held) {
      // The hash covers the whole record and all before it.
      if (equalBytes(held.h, record.h)) return false;
      this.#giveWay(generation, event);
    }
    if (generation.gaps.some(({ fromSeq, toSeq }) => fromSeq <= event.seq && event.seq <= toSeq)) {
      this.#fillGap(generation, event, record);
      return true;
    }
    expectNext(generation, event.id, event.seq);
    // After a gap there is nothing to check the first record against; the next signed head covers it.
    const previous = generation.hashAt(event.seq - 1);
    const chain = previous && verifyChain(this.#suite, previous, event.seq, event.record);
    if (chain && !chain.ok) {
      throw new EventRefused(event.id, "chain-broken", `the record does not continue the chain: ${chain.why}`);
    }
    generation.records.set(event.seq, record);
    generation.durableThrough = event.seq;
    return true;
  }

  /**
   * What no head of the lock covers may have come from anybody who had a gateway's place, and would keep the lock's own records out
   * for ever: it gives way to others that continue the chain as well. Which are the lock's, the next head decides.
   */
  #giveWay(generation: Generation, event: LockEvent & { kind: "record" }): void {
    const previous = generation.hashAt(event.seq - 1);
    const continues = !previous || verifyChain(this.#suite, previous, event.seq, event.record).ok;
    if (event.seq <= generation.signedThrough || !continues) {
      throw new EventRefused(event.id, "other-record", "another record is held under this number");
    }
    generation.forgetAfter(event.seq - 1);
  }

  /** A record that had been set aside comes late. It must lead to its successor, or come from the one before it. */
  #fillGap(generation: Generation, event: LockEvent & { kind: "record" }, record: LogRecord): void {
    const { seq } = event;
    const [previous, next] = [generation.hashAt(seq - 1), generation.records.get(seq + 1)];
    const follows = (hash: Uint8Array, at: number, bytes: Uint8Array) => verifyChain(this.#suite, hash, at, bytes).ok;
    const fitsBefore = previous ? follows(previous, seq, event.record) : next !== undefined;
    const fitsAfter = !next || follows(record.h, seq + 1, encodeRecord(next));
    if (!fitsBefore || !fitsAfter) {
      throw new EventRefused(event.id, "chain-broken", "the record does not fit into the gap");
    }
    generation.fill(seq, record);
  }

  #acceptHead(generation: Generation, event: LockEvent & { kind: "head" }): boolean {
    const checked = verifyLogHead(this.#suite, event.document, this.sigPk);
    if (!checked.ok) throw new EventRefused(event.id, "head-unsigned", "the head is not signed by this lock");
    const head = checked.value;
    if (toHex(head.lockId) !== event.lockId || head.generation !== event.generation || head.seq !== event.seq) {
      throw new EventRefused(event.id, "head-elsewhere", "the head is of another place in the log");
    }
    if (event.nonce && !equalBytes(event.nonce, head.nonce)) {
      throw new EventRefused(event.id, "head-elsewhere", "the head is over another nonce");
    }
    const hash = generation.hashAt(event.seq);
    if (!hash || !equalBytes(hash, head.head)) {
      const code = event.seq > generation.durableThrough ? "too-early" : "head-elsewhere";
      throw new EventRefused(event.id, code, "the head is not of the records held");
    }
    const isNews = event.seq > generation.signedThrough;
    generation.signedThrough = Math.max(generation.signedThrough, event.seq);
    return (event.nonce !== undefined && this.#isFirstOver(head)) || isNews;
  }

  #isFirstOver({ nonce: bytes, generation, seq, time }: LogHead): boolean {
    const nonce = toHex(bytes);
    if (this.#askedHeads.has(nonce)) return false;
    this.#askedHeads.set(nonce, { nonce, generation, seq, time });
    return true;
  }
}

class Generation {
  readonly #first: Uint8Array;
  readonly records = new Map<number, LogRecord>();
  readonly gaps: { fromSeq: number; toSeq: number }[] = [];
  durableThrough = 0;
  signedThrough = 0;

  constructor(firstHash: Uint8Array) {
    this.#first = firstHash;
  }

  /** h of a record, h_0 for 0; undefined for one that is lost or has not come. */
  hashAt(seq: number): Uint8Array | undefined {
    return seq === 0 ? this.#first : this.records.get(seq)?.h;
  }

  /** One record of a gap is no longer missing. */
  fill(seq: number, record: LogRecord): void {
    this.records.set(seq, record);
    const gaps = this.gaps.flatMap(({ fromSeq, toSeq }) =>
      seq < fromSeq || seq > toSeq
        ? { fromSeq, toSeq }
        : [
            { fromSeq, toSeq: seq - 1 },
            { fromSeq: seq + 1, toSeq },
          ].filter((part) => part.fromSeq <= part.toSeq),
    );
    this.gaps.splice(0, this.gaps.length, ...gaps);
  }

  forgetAfter(seq: number): void {
    for (const held of this.records.keys()) if (held > seq) this.records.delete(held);
    const gaps = this.gaps.filter(({ fromSeq }) => fromSeq <= seq);
    this.gaps.splice(0, this.gaps.length, ...gaps.map((gap) => ({ ...gap, toSeq: Math.min(gap.toSeq, seq) })));
    this.durableThrough = Math.min(this.durableThrough, seq);
    this.signedThrough = Math.min(this.signedThrough, seq);
  }
}

/** A gateway that was put back from a backup misses records that it has sent before: those are here, and not lost. */
function acceptGap(generation: Generation, event: LockEvent & { kind: "gap" | "lost" }): boolean {
  if (event.toSeq <= generation.durableThrough) return false;
  const fromSeq = Math.max(event.fromSeq, generation.durableThrough + 1);
  expectNext(generation, event.id, fromSeq);
  generation.gaps.push({ fromSeq, toSeq: event.toSeq });
  generation.durableThrough = event.toSeq;
  return true;
}

function expectNext(generation: Generation, id: string, seq: number): void {
  const next = generation.durableThrough + 1;
  if (seq !== next)
    throw new EventRefused(id, seq > next ? "too-early" : "other-record", `${next} comes next in this generation`);
}

function decode(event: LockEvent & { kind: "record" }): LogRecord {
  try {
    return decodeRecord(event.record);
  } catch (error) {
    if (error instanceof ProtocolError)
      throw new EventRefused(event.id, "malformed", `this is no record: ${error.message}`);
    throw error;
  }
}
