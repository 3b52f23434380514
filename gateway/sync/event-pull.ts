import type { Suite } from "../../crypto/suite.ts";
import type { Clock } from "../../protocol/clock.ts";
import { verifyLogHead } from "../../protocol/documents/log-head.ts";
import { auxPair } from "../../protocol/log/aux.ts";
import { firstHash, verifyChain } from "../../protocol/log/chain.ts";
import { decodeRecord, RECORD_BYTES, RecordType } from "../../protocol/log/record.ts";
import type { Random } from "../../protocol/random.ts";
import { concat, equalBytes, fromHex, uint32 } from "../../protocol/wire/bytes.ts";
import { UINT_MAX } from "../../protocol/wire/cbor-shape.ts";
import { LOG_HEAD_NONCE_BYTES } from "../../protocol/wire/commands.ts";
import { Reason, reasonName } from "../../protocol/wire/reason.ts";
import { READ_LOG_RECORDS_MAX } from "../../protocol/wire/responses.ts";
import { granted } from "../link/lock-disagrees.ts";
import type { EventRow, EventStore, LogPosition } from "../store/event-store.ts";
import type { LockRow } from "../store/lock-store.ts";
import type { HeadDemands } from "./head-demands.ts";
import { LogDisagrees } from "./same-log.ts";
import type { Talk } from "./talk.ts";

export interface EventPullParts {
  suite: Suite;
  clock: Clock;
  random: Random;
  events: EventStore;
  headDemands: HeadDemands;
}

type Step = "more" | "end";

/**
 * Brings a lock's records here, each batch verified against the chain and durable before the next is asked for, and then
 * the lock's signed head over all of them (protocol.md §6, §9).
 *
 * Throws LockDisagrees as soon as the chain, its numbers or the head do not hold; nothing of that batch is kept.
 */
export class EventPull {
  readonly #parts: EventPullParts;

  constructor(parts: EventPullParts) {
    this.#parts = parts;
  }

  /** From our last durable record to the lock's `newestSeq` at the least, earlier generations first. */
  async pull(talk: Talk, lock: LockRow, newestSeq: number): Promise<void> {
    const known = this.#parts.events.position(lock.lockId);
    // Generations before the first one that we were paired in are somebody else's business.
    for (let generation = known?.generation ?? lock.generation; generation <= lock.generation; generation++) {
      while ((await this.#step(talk, lock, generation, newestSeq)) === "more");
    }
    await this.#answerDemand(talk, lock);
  }

  /** The lock's signature over what the backend wants to see in it, after the records that it covers. */
  async #answerDemand(talk: Talk, lock: LockRow): Promise<void> {
    const { headDemands } = this.#parts;
    const nonce = headDemands.get(lock.lockId);
    if (!nonce) return;
    const position = () => this.#position(lock, lock.generation);
    while ((await this.#pullHead(talk, lock, position(), "asked-head", nonce)) === "more");
    headDemands.answered(lock.lockId, nonce);
  }

  async #step(talk: Talk, lock: LockRow, generation: number, newestSeq: number): Promise<Step> {
    const at = this.#position(lock, generation);
    // What the lock has said already need not be asked: a question costs its battery more than the answer tells us.
    const isKnownEnd = (generation === lock.generation && at.seq >= newestSeq) || at.seq === UINT_MAX;
    const step = isKnownEnd ? "end" : await this.#pullBatch(talk, lock, at);
    if (step === "more" || this.#parts.events.headThrough(lock.lockId, generation) >= at.seq) return step;
    return this.#pullHead(talk, lock, at, "head", this.#parts.random.bytes(LOG_HEAD_NONCE_BYTES));
  }

  #position(lock: LockRow, generation: number): LogPosition {
    const { suite, events } = this.#parts;
    return (
      events.positionIn(lock.lockId, generation) ?? {
        generation,
        seq: 0,
        head: firstHash(suite, fromHex(lock.lockId), generation, lock.sigPk),
      }
    );
  }

  async #pullBatch(talk: Talk, lock: LockRow, at: LogPosition): Promise<Step> {
    const fromSeq = at.seq + 1;
    const query = { name: "readLog", fromSeq, max: READ_LOG_RECORDS_MAX, ...earlier(lock, at.generation) } as const;
    const response = await talk((session) => session.command(query));
    if (isForgotten(lock, at.generation, response)) return "end";
    const { firstSeq, records } = granted("to show its log", response);
    if (records.length === 0 && firstSeq === fromSeq) return "end";
    await this.#parts.events.append(this.#rows(lock.lockId, at, firstSeq, records));
    return "more";
  }

  /** What a batch adds to the store, verified. */
  #rows(lockId: string, at: LogPosition, firstSeq: number, bytes: Uint8Array): Omit<EventRow, "cursor">[] {
    const fromSeq = at.seq + 1;
    if (firstSeq < fromSeq || bytes.length === 0) throw brokenLog(fromSeq, "the lock shows other records");
    const isGap = firstSeq > fromSeq;
    // What stood before a gap is lost, so its first record can only be taken at its word; the signed head covers the rest.
    const verified = isGap
      ? verifyChain(this.#parts.suite, hashOf(bytes), firstSeq + 1, bytes.subarray(RECORD_BYTES))
      : verifyChain(this.#parts.suite, at.head, firstSeq, bytes);
    if (!verified.ok) throw brokenLog(verified.atSeq, verified.why);
    if (isGap && decodeRecord(bytes.subarray(0, RECORD_BYTES)).seq !== firstSeq) throw brokenLog(firstSeq, "wrong seq");
    const common = { lockId, generation: at.generation, receivedAtMs: this.#parts.clock.wallMs() };
    const rows: Omit<EventRow, "cursor">[] = this.#lostBefore(lockId, at, bytes);
    if (isGap) rows.push({ ...common, seq: fromSeq, kind: "gap", payload: uint32(firstSeq - 1) });
    for (let seq = firstSeq; seq <= verified.lastSeq; seq++) {
      const offset = (seq - firstSeq) * RECORD_BYTES;
      rows.push({ ...common, seq, kind: "record", payload: bytes.subarray(offset, offset + RECORD_BYTES) });
    }
    return rows;
  }

  /** A generation's first record tells how long the one before was: what we have not got of it is lost. */
  #lostBefore(lockId: string, at: LogPosition, bytes: Uint8Array): Omit<EventRow, "cursor">[] {
    const { clock, events } = this.#parts;
    const generation = at.generation - 1;
    const before = events.positionIn(lockId, generation);
    const { seq, type, aux } = decodeRecord(bytes.subarray(0, RECORD_BYTES));
    if (!before || seq !== 1 || type !== RecordType.factoryReset) return [];
    const [, lastSeq] = auxPair(aux);
    if (lastSeq <= before.seq) return [];
    const receivedAtMs = clock.wallMs();
    return [{ lockId, generation, seq: before.seq + 1, kind: "gap", payload: uint32(lastSeq), receivedAtMs }];
  }

  /** The lock's signature over all that we have of one generation. */
  async #pullHead(
    talk: Talk,
    lock: LockRow,
    at: LogPosition,
    kind: "head" | "asked-head",
    nonce: Uint8Array,
  ): Promise<Step> {
    const { suite, clock, events } = this.#parts;
    const query = { name: "logHead", nonce, ...earlier(lock, at.generation) } as const;
    const response = await talk((session) => session.command(query));
    if (isForgotten(lock, at.generation, response)) return "end";
    const { document } = granted("to sign its log", response);
    const verified = verifyLogHead(suite, document, lock.sigPk);
    if (!verified.ok) throw brokenLog(at.seq, `its signed head does not verify: ${reasonName(verified.reason)}`);
    const claims = verified.value;
    const isOurs = equalBytes(claims.lockId, fromHex(lock.lockId)) && claims.generation === at.generation;
    if (!isOurs || !equalBytes(claims.nonce, nonce))
      throw brokenLog(at.seq, "its signed head answers another question");
    if (claims.seq > at.seq) {
      // Something has happened at the lock since the last batch; it must show what it signs.
      if ((await this.#pullBatch(talk, lock, at)) === "more") return "more";
      throw brokenLog(at.seq + 1, "the lock signs records that it does not show");
    }
    if (claims.seq < at.seq || !equalBytes(claims.head, at.head)) throw brokenLog(at.seq, "its signed head is another");
    const { lockId } = lock;
    const receivedAtMs = clock.wallMs();
    const payload = kind === "head" ? document : concat(nonce, document);
    await events.append([{ lockId, generation: at.generation, seq: at.seq, kind, payload, receivedAtMs }]);
    return "end";
  }
}

/** A session under our slot proves the lock's generation: a factory reset forgets the slot. */
function earlier(lock: LockRow, generation: number): { generation?: number } {
  return generation === lock.generation ? {} : { generation };
}

/** A lock recycles earlier generations; what we have of one is then all there is. */
function isForgotten(
  lock: LockRow,
  generation: number,
  response: { ok: true } | { ok: false; refusal: { reason: Reason } },
): boolean {
  return generation < lock.generation && !response.ok && response.refusal.reason === Reason.notFound;
}

/** h of the first of these records. */
function hashOf(records: Uint8Array): Uint8Array {
  return records.slice(RECORD_BYTES - 16, RECORD_BYTES);
}

function brokenLog(seq: number, why: string): LogDisagrees {
  return new LogDisagrees(`the lock's log does not hold at record ${seq}: ${why}; nothing is acknowledged`);
}
