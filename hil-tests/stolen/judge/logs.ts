import { deterministicSuite as suite } from "../../../crypto/testing/deterministic-suite.ts";
import type { CloudEvent } from "../../../gateway/uplink/cloud-event.ts";
import { ExportCheck } from "../../../gateway/verify/export-check.ts";
import { ExportError } from "../../../gateway/verify/export-line.ts";
import { encodeRecord, type LogRecord } from "../../../protocol/log/record.ts";
import { equalBytes, fromHex, toHex } from "../../../protocol/wire/bytes.ts";
import { EventRefused, readLockEvent } from "../../backend/lock-event.ts";
import { LockHistory } from "../../backend/lock-history.ts";
import type { Door } from "../site/door.ts";
import { recordEvent, recordOf } from "../site/events.ts";
import { readWholeLog } from "../site/whole-log.ts";

const NONCE_BYTES = 16;

/**
 * What really stands in the logs of the locks, and whether somebody who checks is ever made to believe anything else: the
 * verifier that comes with the gateway, and a backend that takes events.
 */
export class Logs {
  readonly #doors: readonly Door[];
  readonly #true = new Map<string, Uint8Array>();
  readonly #backend: Map<string, LockHistory>;
  readonly #asked: { door: Door; nonce: string; seq: number }[] = [];
  /** What was signed for at the theft, by lock and generation. */
  readonly #signedBefore = new Map<string, number>();
  readonly #broken: (what: string) => void;

  /** `events`: what the backend had before the theft. */
  constructor(doors: readonly Door[], events: readonly CloudEvent[], broken: (what: string) => void) {
    this.#doors = doors;
    this.#broken = broken;
    this.#backend = new Map(doors.map((door) => [door.id, new LockHistory(suite, door.id, door.sigPk)]));
    for (const event of events) {
      this.tell(event);
      const record = recordOf(event);
      if (record) this.#true.set(placeOf(event.data.lockId, record), record.record);
    }
    this.look();
    for (const [lockId, history] of this.#backend) {
      for (const { generation, signedThrough } of history.generations()) {
        this.#signedBefore.set(placeOf(lockId, { generation, seq: 0 }), signedThrough);
      }
    }
  }

  /** Takes note of what the locks have in their logs now. */
  look(): void {
    for (const door of this.#doors) {
      for (const record of readWholeLog(door)) this.#true.set(placeOf(door.id, record), record.bytes);
    }
  }

  /** Hands the backend an event; whether it took it. */
  tell(event: CloudEvent): boolean {
    const history = this.#backend.get(event.data.lockId);
    try {
      history?.accept(readLockEvent(event));
      return history !== undefined;
    } catch (error) {
      if (error instanceof EventRefused) return false;
      throw error;
    }
  }

  /** The backend wants to know how far the lock's log reaches now; returns the nonce that the head is to be over. */
  ask(door: Door): Uint8Array {
    const nonce = suite.sha256(door.lockId).slice(0, NONCE_BYTES);
    this.#asked.push({ door, nonce: toHex(nonce), seq: door.inside.log.position.seq });
    return nonce;
  }

  /** Whether a record of the lock's is in these bytes. */
  hasRecordIn(door: Door, bytes: Uint8Array): boolean {
    const text = toHex(bytes);
    return readWholeLog(door).some((record) => text.includes(toHex(record.bytes)));
  }

  /** An honest gateway brings the backend what it has not had of the lock's. */
  deliver(door: Door): void {
    const { lockId, inside } = door;
    const { generation } = inside;
    for (const { seq, bytes } of readWholeLog(door).filter((record) => record.generation === generation)) {
      if (seq <= this.#signedThrough(door.id, generation)) continue;
      const isTaken = this.tell(recordEvent({ lockId, generation, seq }, bytes));
      if (!isTaken) this.#broken(`the backend refuses the lock's own record ${seq}`);
    }
  }

  /** What the backend would sign a receipt for: the last record that it holds all before. */
  held(door: Door): { generation: number; seq: number; head: Uint8Array } {
    const history = this.#backend.get(door.id)!;
    const { generation } = door.inside;
    const seq = history.durableThrough(generation);
    return { generation, seq, head: history.hashAt(generation, seq) ?? new Uint8Array(16) };
  }

  /** Whether the lock's own record at this place has this hash. */
  isHead(lockId: string, place: { generation: number; seq: number; head: Uint8Array }): boolean {
    const own = this.#true.get(placeOf(lockId, place));
    return own !== undefined && equalBytes(own.subarray(-place.head.length), place.head);
  }

  /** Whether the backend has the lock's own record. */
  isHeld(door: Door, generation: number, seq: number): boolean {
    const own = this.#true.get(placeOf(door.id, { generation, seq }));
    const held = this.#backend.get(door.id)!.hashAt(generation, seq);
    return own !== undefined && held !== undefined && equalBytes(held, own.subarray(-16));
  }

  /** Shows an export to whoever knows the locks' real keys. */
  show(lines: readonly string[]): void {
    const check = new ExportCheck(suite, new Map(this.#doors.map((door) => [door.id, door.sigPk])));
    try {
      for (const line of lines) check.see(line);
    } catch (error) {
      if (error instanceof ExportError) return;
      throw error;
    }
    const events = lines.map((line) => JSON.parse(line)).filter((json) => json.data !== undefined) as CloudEvent[];
    for (const { lockId, generation, firstSeq, lastSeq, unsigned, fault } of check.verdicts()) {
      if (fault !== undefined) continue;
      const own = events.filter(({ data }) => data.lockId === lockId && data.generation === generation);
      const shown = own.flatMap((event) => recordOf(event) ?? []);
      const told = new Set(own.flatMap(({ data }) => ("fromSeq" in data ? range(data.fromSeq, data.toSeq) : [])));
      for (const { seq } of shown) told.add(seq);
      const missing = range(firstSeq, lastSeq).find((seq) => !told.has(seq));
      if (missing !== undefined) this.#broken(`a log without record ${missing} verifies`);
      const untrue = shown.filter(({ seq, record }) => !this.#isTrue(lockId, generation, seq, record));
      if (untrue.length > unsigned) this.#broken(`a record ${untrue[0]!.seq} verifies that the lock never wrote`);
    }
  }

  /** Looks at everything that the backend takes for verified. */
  judge(): void {
    for (const { door, nonce, seq } of this.#asked) {
      const told = this.#backend
        .get(door.id)!
        .askedHeads()
        .find((head) => head.nonce === nonce);
      if (told && told.seq < seq)
        this.#broken(`the backend believes that the log ends at ${told.seq}, and it ends at ${seq}`);
    }
    for (const [lockId, history] of this.#backend) {
      for (const { generation, signedThrough, records } of history.generations()) {
        const before = this.#signedBefore.get(placeOf(lockId, { generation, seq: 0 })) ?? 0;
        if (signedThrough < before) this.#broken(`the backend gives up records from ${signedThrough + 1} to ${before}`);
        const untrue = chainedBackFrom(signedThrough, records).find(
          (record) => !this.#isTrue(lockId, generation, record.seq, encodeRecord(record)),
        );
        if (untrue) this.#broken(`the backend has a record ${untrue.seq} that the lock never wrote`);
      }
    }
  }

  #signedThrough(lockId: string, generation: number): number {
    const found = this.#backend
      .get(lockId)!
      .generations()
      .find((each) => each.generation === generation);
    return found?.signedThrough ?? 0;
  }

  #isTrue(lockId: string, generation: number, seq: number, record: Uint8Array): boolean {
    const own = this.#true.get(placeOf(lockId, { generation, seq }));
    return own !== undefined && equalBytes(own, record);
  }
}

/** What a head over this record proves: every record before it as far as there is no hole, but for the first behind one. */
function chainedBackFrom(seq: number, records: readonly LogRecord[]): LogRecord[] {
  const held = new Map(records.map((record) => [record.seq, record]));
  const chained: LogRecord[] = [];
  for (let at = seq; held.has(at) && (at === 1 || held.has(at - 1)); at--) chained.push(held.get(at)!);
  return chained;
}

function placeOf(lockId: string, { generation, seq }: { generation: number; seq: number }): string {
  return `${toHex(fromHex(lockId))}-${generation}-${seq}`;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
