import { Secret } from "../../crypto/secret.ts";
import type { Suite } from "../../crypto/suite.ts";
import { ascii, concat, equalBytes } from "../wire/bytes.ts";
import { base32Digit, decodeBase32, encodeBase32 } from "./base32.ts";

const PREFIX = "LK1:";
const LOCK_ID_BYTES = 8;
/** lockId and S; the check follows. */
const BODY_BYTES = 24;
const CHECK_BYTES = 2;
const DIGITS = 42;

/** What stands on a lock, as text and as QR code (protocol.md §2). */
export interface Label {
  readonly lockId: Uint8Array;
  /** S, 16 bytes: whoever has it and stands at the lock may pair. */
  readonly secret: Secret;
}

/** A label that can not be right. The message is one sentence for the person who typed it, without the secret. */
export class LabelError extends Error {
  readonly mistake: "prefix" | "length" | "letter" | "check";

  constructor(mistake: LabelError["mistake"], message: string) {
    super(message);
    this.name = "LabelError";
    this.mistake = mistake;
  }
}

/** Case, spaces and dashes do not matter; I and L are read as 1, O as 0. Throws LabelError. */
export function parseLabel(suite: Suite, typed: string): Label {
  const text = typed.replaceAll(/[\s-]/g, "");
  if (text.slice(0, PREFIX.length).toUpperCase() !== PREFIX) {
    throw new LabelError("prefix", `A label begins with ${PREFIX} and that has to be typed too.`);
  }
  const digits = [...text.slice(PREFIX.length)].map(readDigit);
  if (digits.length !== DIGITS) {
    throw new LabelError("length", `A label has ${DIGITS} characters after ${PREFIX} but here are ${digits.length}.`);
  }
  const bytes = decodeBase32(digits);
  if (!bytes || !equalBytes(bytes.subarray(BODY_BYTES), checkOf(suite, bytes.subarray(0, BODY_BYTES)))) {
    throw new LabelError(
      "check",
      "The label's check does not match: a character is wrong, so compare it with the label again.",
    );
  }
  return { lockId: bytes.slice(0, LOCK_ID_BYTES), secret: new Secret(bytes.slice(LOCK_ID_BYTES, BODY_BYTES)) };
}

/** The text as printed. It holds the secret. */
export function formatLabel(suite: Suite, label: Label): string {
  const body = concat(label.lockId, label.secret.reveal());
  return PREFIX + encodeBase32(concat(body, checkOf(suite, body)));
}

function readDigit(character: string, index: number): number {
  const digit = base32Digit(character);
  if (digit === undefined) {
    const shown = JSON.stringify(character);
    throw new LabelError("letter", `Character ${index + 1} after ${PREFIX} is ${shown}, which no label has.`);
  }
  return digit;
}

function checkOf(suite: Suite, body: Uint8Array): Uint8Array {
  return suite.sha256(ascii("LK1 label"), body).slice(0, CHECK_BYTES);
}
