import { concat, uint8 } from "../../../protocol/wire/bytes.ts";
import type { TagReader } from "../../hal.ts";

/** The second byte of DESFire's status words; the first is always 91. */
export const NativeStatus = { done: 0x00, moreToCome: 0xaf } as const;

/** The data of the answer that was expected; or another answer; or none, because the tag has gone. */
export type NativeAnswer = { kind: "answered"; data: Uint8Array } | { kind: "refused" } | { kind: "gone" };

interface ExpectedAnswer {
  readonly status: (typeof NativeStatus)[keyof typeof NativeStatus];
  readonly dataBytes: number;
}

const COMMAND_CLASS = 0x90;
const STATUS_CLASS = 0x91;
const STATUS_WORD_BYTES = 2;

/**
 * Sends a native command of DESFire with its data (at least one byte) in the wrapping of ISO 7816-4, `90 INS 00 00 Lc
 * data 00`, and takes no answer but one of the status and length expected.
 */
export function sendNative(
  reader: TagReader,
  instruction: number,
  data: Uint8Array,
  expected: ExpectedAnswer,
): NativeAnswer {
  const head = Uint8Array.of(COMMAND_CLASS, instruction, 0x00, 0x00);
  const answer = reader.exchange(concat(head, uint8(data.length), data, uint8(0x00)));
  if (answer === undefined) return { kind: "gone" };
  if (answer.length !== expected.dataBytes + STATUS_WORD_BYTES) return { kind: "refused" };
  if (answer[expected.dataBytes] !== STATUS_CLASS) return { kind: "refused" };
  if (answer[expected.dataBytes + 1] !== expected.status) return { kind: "refused" };
  return { kind: "answered", data: answer.slice(0, expected.dataBytes) };
}
