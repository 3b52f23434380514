import type { Secret } from "../../../crypto/secret.ts";
import type { Suite } from "../../../crypto/suite.ts";
import { signLogHead } from "../../../protocol/documents/log-head.ts";
import { NO_AUX } from "../../../protocol/log/aux.ts";
import { appendRecord, firstHash } from "../../../protocol/log/chain.ts";
import { NO_SLOT, RecordType } from "../../../protocol/log/record.ts";
import { SeededRandom } from "../../../protocol/testing/seeded-random.ts";
import { toHex, uint32 } from "../../../protocol/wire/bytes.ts";
import type { EventRow } from "../../store/event-store.ts";
import { encodeLoss } from "../../store/loss.ts";
import { toCloudEvent } from "../../uplink/cloud-event.ts";

const GENERATION = 0;

/** A lock's log as the store has it and an export shows it: true records and heads, made without a lock. */
export class ExportedLock {
  readonly lockId: string;
  /** 33 bytes, in hex. */
  readonly sigPk: string;
  readonly #suite: Suite;
  readonly #lockIdBytes: Uint8Array;
  readonly #sigKey: Secret;
  readonly #time: number;
  #seq = 0;
  #head: Uint8Array;

  /** The same seed makes the same lock. `time` is that of every record, in seconds. */
  constructor(suite: Suite, seed: number, { time = 1_800_000_000 } = {}) {
    const random = new SeededRandom(seed);
    this.#suite = suite;
    this.#lockIdBytes = random.bytes(8);
    this.lockId = toHex(this.#lockIdBytes);
    this.#sigKey = suite.p256PrivateKey((length) => random.bytes(length));
    const sigPk = suite.p256PublicKey(this.#sigKey);
    this.sigPk = toHex(sigPk);
    this.#time = time;
    this.#head = firstHash(suite, this.#lockIdBytes, GENERATION, sigPk);
  }

  record() {
    return toCloudEvent(this.recordRow());
  }

  /** Of what has been recorded so far. */
  head() {
    return toCloudEvent(this.headRow());
  }

  gap(fromSeq: number, toSeq: number) {
    return toCloudEvent(this.#row("gap", fromSeq, uint32(toSeq)));
  }

  lost(fromSeq: number, toSeq: number) {
    return toCloudEvent(this.#row("lost", fromSeq, encodeLoss(toSeq, "quota")));
  }

  recordRow(): EventRow {
    this.#seq += 1;
    const { bytes, h } = appendRecord(this.#suite, this.#head, {
      seq: this.#seq,
      time: this.#time,
      type: RecordType.unlocked,
      slot: NO_SLOT,
      result: 0,
      flags: 0,
      n: 0,
      ref: new Uint8Array(8),
      aux: NO_AUX,
    });
    this.#head = h;
    return this.#row("record", this.#seq, bytes);
  }

  headRow(): EventRow {
    const document = signLogHead(this.#suite, this.#sigKey, {
      lockId: this.#lockIdBytes,
      generation: GENERATION,
      seq: this.#seq,
      head: this.#head,
      time: this.#time,
      nonce: new Uint8Array(16),
    });
    return this.#row("head", this.#seq, document);
  }

  static withBitTurned(event: object, member: "record" | "document", bit: number): object {
    const { data } = event as { data: Record<string, string> };
    const bytes = Buffer.from(data[member] ?? "", "base64");
    bytes[bit >> 3]! ^= 0x80 >> (bit & 7);
    return { ...event, data: { ...data, [member]: bytes.toString("base64") } };
  }

  #row(kind: EventRow["kind"], seq: number, payload: Uint8Array): EventRow {
    return {
      cursor: 0,
      lockId: this.lockId,
      generation: GENERATION,
      seq,
      kind,
      payload,
      receivedAtMs: this.#time * 1000,
    };
  }
}
