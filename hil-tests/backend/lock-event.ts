import { toHex } from "../../protocol/wire/bytes.ts";

/** What happened at a lock, out of one CloudEvent of the gateway's uplink (docs/events.md). `id` is the CloudEvent's. */
export type LockEvent = { id: string; lockId: string; generation: number } & (
  | { kind: "record"; seq: number; record: Uint8Array }
  /** `nonce`: the backend's own, that the head is over; absent if nobody asked for it. */
  | { kind: "head"; seq: number; document: Uint8Array; nonce?: Uint8Array }
  /** `gap`: missing at the lock already. `lost`: it was at the gateway once. */
  | { kind: "gap" | "lost"; fromSeq: number; toSeq: number }
);

/** `too-early` and `unknown-lock` may become good later; the others never do. */
export type RefusalCode =
  | "malformed"
  | "unknown-lock"
  | "too-early"
  | "chain-broken"
  | "other-record"
  | "head-unsigned"
  | "head-elsewhere";

/** An event that this backend does not take. The message says why, for people. */
export class EventRefused extends Error {
  override readonly name = "EventRefused";
  readonly id: string;
  readonly code: RefusalCode;

  constructor(id: string, code: RefusalCode, message: string) {
    super(message);
    this.id = id;
    this.code = code;
  }
}

const TYPES = {
  "se.portvakt.lock.record.v1": "record",
  "se.portvakt.lock.head.v1": "head",
  "se.portvakt.lock.gap.v1": "gap",
  "se.portvakt.lock.lost.v1": "lost",
} as const;

const UINT_MAX = 2 ** 32 - 1;

/** Reads one CloudEvent 1.0 in JSON form; its id, source and subject must agree with its data. Throws EventRefused. */
export function readLockEvent(json: unknown): LockEvent {
  const event = asObject(json);
  const id = idOf(json);
  const expect = (good: boolean, what: string) => {
    if (!good) throw new EventRefused(id, "malformed", what);
  };
  const asUint = (value: unknown, what: string): number => {
    expect(Number.isInteger(value) && (value as number) >= 0 && (value as number) <= UINT_MAX, `${what} is no uint`);
    return value as number;
  };
  const asBytes = (value: unknown, what: string): Uint8Array => {
    const bytes = Buffer.from(String(value), "base64");
    expect(typeof value === "string" && bytes.toString("base64") === value, `${what} is not base64`);
    return new Uint8Array(bytes);
  };

  expect(event.specversion === "1.0", "specversion is not 1.0");
  expect(event.datacontenttype === "application/json", "datacontenttype is not application/json");
  expect(typeof event.time === "string" && !Number.isNaN(Date.parse(event.time)), "time is no time");
  const data = asObject(event.data);
  const lockId = String(data.lockId);
  expect(/^[0-9a-f]{16}$/.test(lockId), "data.lockId is not 16 lower-case hexadecimal digits");
  expect(event.source === `/locks/${lockId}` && event.subject === lockId, "source or subject is of another lock");
  const generation = asUint(data.generation, "data.generation");
  const common = { id, lockId, generation };

  const kind = TYPES[event.type as keyof typeof TYPES];
  switch (kind) {
    case "record": {
      const seq = asUint(data.seq, "data.seq");
      expect(id === `${lockId}-${generation}-${seq}`, "id is not lockId-generation-seq");
      return { ...common, kind, seq, record: asBytes(data.record, "data.record") };
    }
    case "head": {
      const seq = asUint(data.seq, "data.seq");
      const nonce = data.nonce === undefined ? undefined : asBytes(data.nonce, "data.nonce");
      const idEnd = nonce ? `${seq}-head-${toHex(nonce)}` : `${seq}-head`;
      expect(id === `${lockId}-${generation}-${idEnd}`, "id is not lockId-generation-seq-head, with the nonce");
      return { ...common, kind, seq, document: asBytes(data.document, "data.document"), ...(nonce && { nonce }) };
    }
    case "gap":
    case "lost": {
      const [fromSeq, toSeq] = [asUint(data.fromSeq, "data.fromSeq"), asUint(data.toSeq, "data.toSeq")];
      const idEnd = kind === "gap" ? `${fromSeq}-gap` : `${fromSeq}-${toSeq}-lost`;
      expect(id === `${lockId}-${generation}-${idEnd}`, `id is not that of this ${kind}`);
      expect(fromSeq <= toSeq, "the gap ends before it begins");
      return { ...common, kind, fromSeq, toSeq };
    }
    default:
      throw new EventRefused(id, "malformed", `type ${event.type} is unknown`);
  }
}

/** A CloudEvent's id, or nothing if it has none. */
export function idOf(json: unknown): string {
  const { id } = asObject(json);
  return typeof id === "string" ? id : "";
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
