import { POINT_BYTES, type Suite } from "../../crypto/suite.ts";
import { ProtocolError } from "../protocol-error.ts";
import { type Cbor, decodeCbor, encodeCbor } from "../wire/cbor.ts";
import { asArray, asBytes, asText, asUint } from "../wire/cbor-shape.ts";
import { HEAD_BYTES } from "../wire/responses.ts";

// What stands sealed in P2, P3 and P4 (protocol.md §2). The readers throw ProtocolError("malformed" | "bad-point").

/** A lock keeps up to four slots, 0 to 3. */
const SLOT_MAX = 3;
export const MODEL_BYTES_MAX = 32;
export const GATEWAY_ID_BYTES = 8;

/** `sigPk` signs log heads and A2, `boxPk` receives sealed secrets; both compressed points, 33 bytes. */
export interface LockInfo {
  readonly sigPk: Uint8Array;
  readonly boxPk: Uint8Array;
  readonly model: string;
  readonly hardware: number;
  readonly firmware: number;
  /** Counts factory resets. */
  readonly generation: number;
  readonly slot: number;
}

/** `time` is in seconds since 1970, 0 if the gateway has none. */
export interface SiteInfo {
  readonly issuerPk: Uint8Array;
  readonly gatewayId: Uint8Array;
  readonly time: number;
}

/** The newest record of the log: its number and its `h` (16 bytes). */
export interface LogPosition {
  readonly seq: number;
  readonly head: Uint8Array;
}

export function writeLockInfo(info: LockInfo): Uint8Array {
  const { sigPk, boxPk, model, hardware, firmware, generation, slot } = info;
  return encodeCbor([sigPk, boxPk, model, hardware, firmware, generation, slot]);
}

export function readLockInfo(suite: Suite, bytes: Uint8Array): LockInfo {
  const [sigPk, boxPk, model, hardware, firmware, generation, slot] = asArray(decodeCbor(bytes), 7);
  return {
    sigPk: asPoint(suite, sigPk),
    boxPk: asPoint(suite, boxPk),
    model: asText(model, MODEL_BYTES_MAX),
    hardware: asUint(hardware),
    firmware: asUint(firmware),
    generation: asUint(generation),
    slot: asUint(slot, SLOT_MAX),
  };
}

export function writeSiteInfo({ issuerPk, gatewayId, time }: SiteInfo): Uint8Array {
  return encodeCbor([issuerPk, gatewayId, time]);
}

export function readSiteInfo(suite: Suite, bytes: Uint8Array): SiteInfo {
  const [issuerPk, gatewayId, time] = asArray(decodeCbor(bytes), 3);
  return {
    issuerPk: asPoint(suite, issuerPk),
    gatewayId: asBytes(gatewayId, GATEWAY_ID_BYTES),
    time: asUint(time),
  };
}

export function writeLogPosition({ seq, head }: LogPosition): Uint8Array {
  return encodeCbor([seq, head]);
}

export function readLogPosition(bytes: Uint8Array): LogPosition {
  const [seq, head] = asArray(decodeCbor(bytes), 2);
  return { seq: asUint(seq), head: asBytes(head, HEAD_BYTES) };
}

function asPoint(suite: Suite, value: Cbor | undefined): Uint8Array {
  const point = asBytes(value, POINT_BYTES);
  if (!suite.isP256PublicKey(point)) throw new ProtocolError("bad-point");
  return point;
}
