import { AES_BLOCK_BYTES, type Suite } from "../../../crypto/suite.ts";
import { concat, uint8 } from "../../../protocol/wire/bytes.ts";
import type { TagSession } from "./ev2-first.ts";
import { NativeStatus } from "./native-command.ts";

// The reader's side of EV2's secure messaging (NXP AN12196 §4), as far as commands without data need it.

/** Every second byte of a CMAC. */
export const MESSAGE_MAC_BYTES = 8;

const PADDING_MARK = 0x80;

/** What a command without data carries in a session: instruction, CmdCtr and TI, maced. */
export function commandMac(suite: Suite, session: TagSession, instruction: number, counter: number): Uint8Array {
  return messageMac(suite, session, concat(uint8(instruction), littleEndian(counter), session.transactionId));
}

/**
 * The data of the answer to the command numbered `counter`: whole blocks, encrypted, then their mac, under the next
 * number. Undefined if the mac does not verify or the padding is not EV2's.
 */
export function openAnswer(
  suite: Suite,
  session: TagSession,
  counter: number,
  answer: Uint8Array,
): Uint8Array | undefined {
  const encrypted = answer.slice(0, -MESSAGE_MAC_BYTES);
  const next = littleEndian(counter + 1);
  const maced = concat(uint8(NativeStatus.done), next, session.transactionId, encrypted);
  if (!suite.equal(messageMac(suite, session, maced), answer.slice(-MESSAGE_MAC_BYTES))) return undefined;

  const label = concat(Uint8Array.of(0x5a, 0xa5), session.transactionId, next, new Uint8Array(8));
  const vector = suite.aesCbcEncrypt(session.encryptionKey, new Uint8Array(AES_BLOCK_BYTES), label);
  return unpadded(suite.aesCbcDecrypt(session.encryptionKey, vector, encrypted));
}

function messageMac(suite: Suite, session: TagSession, maced: Uint8Array): Uint8Array {
  return suite.aesCmac(session.macKey, maced).filter((_, i) => i % 2 === 1);
}

/** What stands before the last 80 and the zeros after it. */
function unpadded(text: Uint8Array): Uint8Array | undefined {
  const mark = text.findLastIndex((byte) => byte !== 0x00);
  return text[mark] === PADDING_MARK ? text.slice(0, mark) : undefined;
}

/** CmdCtr: two bytes, the lower first. */
function littleEndian(counter: number): Uint8Array {
  return Uint8Array.of(counter & 0xff, counter >> 8);
}
