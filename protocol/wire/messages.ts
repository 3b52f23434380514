import { CCM_TAG_BYTES, POINT_BYTES } from "../../crypto/suite.ts";
import { ProtocolError } from "../protocol-error.ts";
import { concat, Reader, uint8, uint16, uint32 } from "./bytes.ts";

/** A frame holds one message of 1 to 1024 bytes (protocol.md §10). */
export const FRAME_BYTES_MAX = 1024;

/**
 * Every message of LK1, field by field in the order of the wire (protocol.md §2–§5, §10). `ephemeral` is a compressed
 * point that nobody has checked yet, `sealed` a CCM ciphertext with its tag, `random` R_G or R_L.
 */
export type Message =
  | { type: "P1"; ephemeral: Uint8Array }
  | { type: "P2"; ephemeral: Uint8Array; sealed: Uint8Array }
  | { type: "P3"; sealed: Uint8Array }
  | { type: "P4"; sealed: Uint8Array }
  | { type: "O1"; slot: number; ephemeral: Uint8Array; mac: Uint8Array }
  | { type: "O2"; ephemeral: Uint8Array; transactionId: Uint8Array; sealed: Uint8Array }
  | { type: "C"; counter: number; sealed: Uint8Array }
  | { type: "R"; counter: number; sealed: Uint8Array }
  | { type: "S1"; slot: number; n: number; random: Uint8Array; sealed: Uint8Array }
  | { type: "S2"; random: Uint8Array; sealed: Uint8Array }
  | { type: "A1"; ephemeral: Uint8Array }
  | { type: "A2"; ephemeral: Uint8Array; transactionId: Uint8Array; sealed: Uint8Array }
  | { type: "ERR"; code: ErrCode };

export type MessageType = Message["type"];

/** A message without its sealed text. */
export type Head = Unsealed<Message>;
type Unsealed<M> = M extends { sealed: Uint8Array } ? Omit<M, "sealed"> : M;

/** ERR's codes (protocol.md §10): hints that nobody vouches for. */
export const Err = { noSession: 1, busy: 2, noSuchSlot: 3, notInPairingMode: 4, refused: 5 } as const;
export type ErrCode = (typeof Err)[keyof typeof Err];

export const OPEN_MAC_BYTES = 8;
export const TRANSACTION_ID_BYTES = 4;
export const RESUME_RANDOM_BYTES = 8;

/** First byte of each message: version in the high four bits, type in the low ones (protocol.md §1). */
const HEADERS: Record<MessageType, number> = {
  P1: 0x11,
  P2: 0x12,
  P3: 0x13,
  P4: 0x14,
  O1: 0x15,
  O2: 0x16,
  C: 0x17,
  R: 0x18,
  S1: 0x19,
  S2: 0x1a,
  A1: 0x1b,
  A2: 0x1c,
  ERR: 0x1f,
};
const TYPES_BY_HEADER = new Map(Object.entries(HEADERS).map(([type, header]) => [header, type as MessageType]));

/** The bytes of a message. A message that no frame can hold is a mistake of ours and asserts. */
export function encodeMessage(message: Message): Uint8Array {
  const bytes = concat(encodeHead(message), "sealed" in message ? message.sealed : new Uint8Array(0));
  if (bytes.length > FRAME_BYTES_MAX) throw new RangeError(`a message of ${bytes.length} bytes fits no frame`);
  return bytes;
}

/** Everything before the sealed text: what the keys, tags and transcripts of protocol.md are bound to. */
export function encodeHead(head: Head): Uint8Array {
  const hdr = uint8(HEADERS[head.type]);
  switch (head.type) {
    case "P1":
    case "P2":
    case "A1":
      return concat(hdr, head.ephemeral);
    case "P3":
    case "P4":
      return hdr;
    case "O1":
      return concat(hdr, uint8(head.slot), head.ephemeral, head.mac);
    case "O2":
    case "A2":
      return concat(hdr, head.ephemeral, head.transactionId);
    case "C":
    case "R":
      return concat(hdr, uint16(head.counter));
    case "S1":
      return concat(hdr, uint8(head.slot), uint32(head.n), head.random);
    case "S2":
      return concat(hdr, head.random);
    case "ERR":
      return concat(hdr, uint8(head.code));
  }
}

/**
 * The message that a frame holds: known header, exact length, known code. Points, tags, macs and slots are not looked
 * at. Throws ProtocolError("unknown-type" | "wrong-length" | "malformed").
 */
export function decodeMessage(frame: Uint8Array): Message {
  if (frame.length > FRAME_BYTES_MAX) throw new ProtocolError("wrong-length");
  const reader = new Reader(frame);
  const type = TYPES_BY_HEADER.get(reader.uint8());
  if (type === undefined) throw new ProtocolError("unknown-type");
  const message = readFields(type, reader);
  reader.expectEnd();
  return message;
}

function readFields(type: MessageType, reader: Reader): Message {
  switch (type) {
    case "P1":
    case "A1":
      return { type, ephemeral: reader.bytes(POINT_BYTES) };
    case "P2":
      return { type, ephemeral: reader.bytes(POINT_BYTES), sealed: readSealed(reader) };
    case "P3":
    case "P4":
      return { type, sealed: readSealed(reader) };
    case "O1":
      return {
        type,
        slot: reader.uint8(),
        ephemeral: reader.bytes(POINT_BYTES),
        mac: reader.bytes(OPEN_MAC_BYTES),
      };
    case "O2":
    case "A2":
      return {
        type,
        ephemeral: reader.bytes(POINT_BYTES),
        transactionId: reader.bytes(TRANSACTION_ID_BYTES),
        sealed: readSealed(reader),
      };
    case "C":
    case "R":
      return { type, counter: reader.uint16(), sealed: readSealed(reader) };
    case "S1":
      return {
        type,
        slot: reader.uint8(),
        n: reader.uint32(),
        random: reader.bytes(RESUME_RANDOM_BYTES),
        sealed: readSealed(reader),
      };
    case "S2":
      return { type, random: reader.bytes(RESUME_RANDOM_BYTES), sealed: readSealed(reader) };
    case "ERR":
      return { type, code: readErrCode(reader) };
  }
}

/** Every sealed text is at least one byte of CBOR, then the tag. */
function readSealed(reader: Reader): Uint8Array {
  if (reader.remaining <= CCM_TAG_BYTES) throw new ProtocolError("wrong-length");
  return reader.rest();
}

function readErrCode(reader: Reader): ErrCode {
  const code = reader.uint8();
  const known = Object.values(Err).find((err) => err === code);
  if (known === undefined) throw new ProtocolError("malformed", `ERR ${code}`);
  return known;
}
