import type { Secret } from "../../../crypto/secret.ts";
import type { Suite } from "../../../crypto/suite.ts";
import { signLogHead } from "../../../protocol/documents/log-head.ts";
import { NO_AUX } from "../../../protocol/log/aux.ts";
import { appendRecord, firstHash } from "../../../protocol/log/chain.ts";
import { NO_SLOT, RecordType } from "../../../protocol/log/record.ts";
import { SeededRandom } from "../../../protocol/testing/seeded-random.ts";
import { fromHex, toHex } from "../../../protocol/wire/bytes.ts";

/** A lock's log as it leaves a gateway: CloudEvents of true records and heads, made without either. */
export class UplinkedLock {
  readonly lockId: string;
  /** Hex of the compressed point. */
  readonly sigPk: string;
  readonly #suite: Suite;
  readonly #lockIdBytes: Uint8Array;
  readonly #sigKey: Secret;
  readonly #generation: number;
  readonly #time: number;
  #seq = 0;
  #head: Uint8Array;

  /** The same seed makes the same lock. `time` is that of every record, in seconds. */
  constructor(suite: Suite, seed: number, { generation = 1, time = 1_800_000_000 } = {}) {
    const random = new SeededRandom(seed);
    this.#suite = suite;
    this.#lockIdBytes = random.bytes(8);
    this.lockId = toHex(this.#lockIdBytes);
    this.#sigKey = suite.p256PrivateKey((length) => random.bytes(length));
    const sigPk = suite.p256PublicKey(this.#sigKey);
    this.sigPk = toHex(sigPk);
    this.#generation = generation;
    this.#time = time;
    this.#head = firstHash(suite, this.#lockIdBytes, generation, sigPk);
  }

  /** The next record: an unlocking, by hand. */
  record() {
    this.#seq += 1;
    const { bytes, h } = appendRecord(this.#suite, this.#head, {
      seq: this.#seq,
      time: this.#time,
      type: RecordType.unlocked,
      slot: NO_SLOT,
      result: 0,
      flags: 2,
      n: 0,
      ref: new Uint8Array(8),
      aux: NO_AUX,
    });
    this.#head = h;
    return this.#event(`${this.#seq}`, "record", { seq: this.#seq, record: base64(bytes) });
  }

  /** The signed head after the newest record; over the asker's `nonce` in hex, if there is one. */
  head({ signedBy, head, nonce }: { signedBy?: UplinkedLock; head?: Uint8Array; nonce?: string } = {}) {
    const document = signLogHead(this.#suite, (signedBy ?? this).#sigKey, {
      lockId: this.#lockIdBytes,
      generation: this.#generation,
      seq: this.#seq,
      head: head ?? this.#head,
      time: this.#time,
      nonce: nonce === undefined ? new Uint8Array(16) : fromHex(nonce),
    });
    const data = { seq: this.#seq, document: base64(document) };
    if (nonce === undefined) return this.#event(`${this.#seq}-head`, "head", data);
    return this.#event(`${this.#seq}-head-${nonce}`, "head", { ...data, nonce: base64(fromHex(nonce)) });
  }

  gap(fromSeq: number, toSeq: number) {
    return this.#event(`${fromSeq}-gap`, "gap", { fromSeq, toSeq });
  }

  lost(fromSeq: number, toSeq: number) {
    return this.#event(`${fromSeq}-${toSeq}-lost`, "lost", { fromSeq, toSeq, cause: "quota" });
  }

  static withBitTurned<E extends { data: { record: string } }>(event: E, bit: number): E {
    const record = Buffer.from(event.data.record, "base64");
    record[bit >> 3]! ^= 0x80 >> (bit & 7);
    return { ...event, data: { ...event.data, record: base64(record) } };
  }

  #event<Data extends object>(idEnd: string, kind: string, data: Data) {
    return {
      specversion: "1.0",
      id: `${this.lockId}-${this.#generation}-${idEnd}`,
      source: `/locks/${this.lockId}`,
      type: `se.portvakt.lock.${kind}.v1`,
      subject: this.lockId,
      time: new Date(this.#time * 1000).toISOString(),
      datacontenttype: "application/json",
      data: { lockId: this.lockId, generation: this.#generation, ...data },
    };
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
