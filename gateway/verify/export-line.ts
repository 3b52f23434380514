import { RECORD_BYTES } from "../../protocol/log/record.ts";
import { Reader, toHex } from "../../protocol/wire/bytes.ts";
import { UINT_MAX } from "../../protocol/wire/cbor-shape.ts";

/** One line of an export: a lock's public key as the file claims it, or an event of its log (docs/events.md). */
export type ExportLine = { kind: "key"; lockId: string; sigPk: Uint8Array } | ExportedEvent;

export type ExportedEvent = { lockId: string; generation: number } & (
  | { kind: "record"; seq: number; record: Uint8Array }
  | { kind: "head"; seq: number; document: Uint8Array }
  /** `isAtGateway`: it was lost after it had left the lock. */
  | { kind: "gap"; fromSeq: number; toSeq: number; isAtGateway: boolean }
);

/** A line that is none of an export. The message says why. */
export class ExportError extends Error {
  override readonly name = "ExportError";
}

const POINT_BYTES = 33;

/** What stands in an export before the events of a lock. */
export function keyLine(lockId: string, sigPk: Uint8Array): string {
  return JSON.stringify({ lockKey: { lockId, sigPk: toHex(sigPk) } });
}

/** Throws ExportError. */
export function parseExportLine(line: string): ExportLine {
  const json = parseObject(line);
  if (json.lockKey !== undefined) return keyOf(asObject(json.lockKey));
  const data = asObject(json.data);
  const log = { lockId: lockIdOf(data.lockId), generation: uintOf(data.generation, "generation") };
  switch (json.type) {
    case "se.portvakt.lock.record.v1":
      return { ...log, kind: "record", ...recordOf(data) };
    case "se.portvakt.lock.head.v1":
      return { ...log, kind: "head", seq: uintOf(data.seq, "seq"), document: base64Of(data.document, "document") };
    case "se.portvakt.lock.gap.v1":
    case "se.portvakt.lock.lost.v1":
      return { ...log, kind: "gap", ...spanOf(data), isAtGateway: json.type === "se.portvakt.lock.lost.v1" };
    default:
      throw new ExportError("it is neither a lock's key nor an event of a lock");
  }
}

/** A lock's id and its public key, as `portvakt locks --json` shows them among other things. Throws ExportError. */
export function parseKeyLine(line: string): ExportLine & { kind: "key" } {
  return keyOf(parseObject(line));
}

function keyOf({ lockId, sigPk }: Record<string, unknown>): ExportLine & { kind: "key" } {
  if (typeof sigPk !== "string" || !/^[0-9a-f]{66}$/.test(sigPk)) {
    throw new ExportError(`sigPk is not ${2 * POINT_BYTES} lower-case hexadecimal digits`);
  }
  return { kind: "key", lockId: lockIdOf(lockId), sigPk: new Uint8Array(Buffer.from(sigPk, "hex")) };
}

function recordOf(data: Record<string, unknown>): { seq: number; record: Uint8Array } {
  const seq = uintOf(data.seq, "seq");
  const record = base64Of(data.record, "record");
  if (record.length !== RECORD_BYTES) throw new ExportError(`record has not ${RECORD_BYTES} bytes`);
  if (new Reader(record).uint32() !== seq) throw new ExportError("record has another seq inside");
  return { seq, record };
}

function spanOf(data: Record<string, unknown>): { fromSeq: number; toSeq: number } {
  const [fromSeq, toSeq] = [uintOf(data.fromSeq, "fromSeq"), uintOf(data.toSeq, "toSeq")];
  if (fromSeq > toSeq) throw new ExportError("the gap ends before it begins");
  return { fromSeq, toSeq };
}

function lockIdOf(value: unknown): string {
  if (typeof value === "string" && /^[0-9a-f]{16}$/.test(value)) return value;
  throw new ExportError("lockId is not 16 lower-case hexadecimal digits");
}

function uintOf(value: unknown, name: string): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= UINT_MAX) return value;
  throw new ExportError(`${name} is no whole number from 0 to ${UINT_MAX}`);
}

function base64Of(value: unknown, name: string): Uint8Array {
  const bytes = Buffer.from(typeof value === "string" ? value : "", "base64");
  if (bytes.length > 0 && bytes.toString("base64") === value) return new Uint8Array(bytes);
  throw new ExportError(`${name} is not base64`);
}

function parseObject(line: string): Record<string, unknown> {
  try {
    return asObject(JSON.parse(line));
  } catch (error) {
    if (error instanceof SyntaxError) throw new ExportError("it is no JSON", { cause: error });
    throw error;
  }
}

function asObject(value: unknown): Record<string, unknown> {
  if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  throw new ExportError("it is no object");
}
