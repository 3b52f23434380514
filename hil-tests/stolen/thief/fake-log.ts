import type { Secret } from "../../../crypto/secret.ts";
import { deterministicSuite as suite } from "../../../crypto/testing/deterministic-suite.ts";
import type { CloudEvent } from "../../../gateway/uplink/cloud-event.ts";
import { keyLine } from "../../../gateway/verify/export-line.ts";
import { signLogHead } from "../../../protocol/documents/log-head.ts";
import { appendRecord } from "../../../protocol/log/chain.ts";
import { decodeRecord, RECORD_BYTES, type RecordFields, RecordType } from "../../../protocol/log/record.ts";
import { concat } from "../../../protocol/wire/bytes.ts";
import type { Scene } from "../scene.ts";
import type { Door } from "../site/door.ts";
import { headEvent, recordEvent, recordOf } from "../site/events.ts";
import { underNameOf } from "./forge.ts";

const HASH_BYTES = 16;

/** The events of one generation of a lock's log, as the gateway had them, for a thief to make something else of. */
export class FakeLog {
  readonly door: Door;
  readonly generation: number;
  readonly events: CloudEvent[];

  constructor({ loot }: Scene, door: Door, generation = door.inside.generation) {
    this.door = door;
    this.generation = generation;
    this.events = loot.events.filter(({ data }) => data.lockId === door.id && data.generation === generation);
  }

  /** As an export has it. `sigPk`: the key that the file claims. */
  lines(sigPk: Uint8Array = this.door.sigPk): string[] {
    return [keyLine(this.door.id, sigPk), ...this.events.map((event) => JSON.stringify(event))];
  }

  /** The seq of a record in the middle, with signed heads before and after it, and none of its own. */
  get middle(): number {
    const heads = this.events.flatMap(({ data }) => ("document" in data ? data.seq : []));
    const seqs = this.events.flatMap((event) => recordOf(event)?.seq ?? []).filter((seq) => !heads.includes(seq));
    return seqs[Math.floor(seqs.length / 2)]!;
  }

  record(seq: number): Uint8Array {
    const found = this.events.flatMap((event) => recordOf(event) ?? []).find((record) => record.seq === seq);
    return found!.record;
  }

  replace(seq: number, record: Uint8Array): void {
    this.#put(seq, recordEvent({ lockId: this.door.lockId, generation: this.generation, seq }, record));
  }

  /** At the end, as if it came again. */
  add(seq: number, record: Uint8Array): void {
    this.events.push(recordEvent({ lockId: this.door.lockId, generation: this.generation, seq }, record));
  }

  leaveOut(seq: number): void {
    this.events.splice(this.#place(seq), 1);
  }

  /** In the record's place: it was lost at the lock, before the gateway came. */
  tellGap(seq: number): void {
    const id = this.door.id;
    this.#put(seq, {
      ...this.events[this.#place(seq)]!,
      id: `${id}-${this.generation}-${seq}-gap`,
      type: "se.portvakt.lock.gap.v1",
      data: { lockId: id, generation: this.generation, fromSeq: seq, toSeq: seq },
    });
  }

  /** Everything from this record on, chained anew. */
  chainFrom(seq: number): void {
    let head: Uint8Array = this.record(seq - 1).slice(-HASH_BYTES);
    for (const [place, event] of this.events.entries()) {
      const record = recordOf(event);
      if (!record || record.seq < seq) continue;
      const { bytes, h } = appendRecord(suite, head, decodeRecord(record.record));
      this.events[place] = recordEvent({ ...record, lockId: this.door.lockId }, bytes);
      head = h;
    }
  }

  /** Heads of the thief's own in the place of the lock's, under the lock's key id. */
  signHeads(ownKey: Secret): void {
    for (const [place, event] of this.events.entries()) {
      if (!("document" in event.data)) continue;
      const { seq, generation } = event.data;
      const { lockId, sigPk } = this.door;
      const head = this.record(seq).slice(-HASH_BYTES);
      const own = signLogHead(suite, ownKey, { lockId, generation, seq, head, time: 0, nonce: new Uint8Array(16) });
      this.events[place] = headEvent({ lockId, generation, seq }, underNameOf(sigPk, own));
    }
  }

  #put(seq: number, event: CloudEvent): void {
    this.events[this.#place(seq)] = event;
  }

  #place(seq: number): number {
    return this.events.findIndex((event) => recordOf(event)?.seq === seq);
  }
}

/** The record with another event in it, and the hash that it had. */
export function altered(record: Uint8Array, wish: Partial<RecordFields> = { type: RecordType.doorForced }): Uint8Array {
  const { h, ...fields } = decodeRecord(record);
  const { bytes } = appendRecord(suite, new Uint8Array(HASH_BYTES), { ...fields, ...wish });
  return concat(bytes.slice(0, RECORD_BYTES - HASH_BYTES), h);
}
