import type { Secret } from "../../../crypto/secret.ts";
import { AES_BLOCK_BYTES, type Suite } from "../../../crypto/suite.ts";
import { tagKey } from "../../../protocol/documents/tag-key.ts";
import type { Entropy, TagReader } from "../../hal.ts";
import {
  answerChallenge,
  RANDOM_BYTES,
  readTagProof,
  TAG_PROOF_BYTES,
  type TagSession,
  wipeTagSession,
} from "./ev2-first.ts";
import { commandMac, MESSAGE_MAC_BYTES, openAnswer } from "./ev2-messaging.ts";
import { NativeStatus, sendNative } from "./native-command.ts";

/** What a tag in the field has shown to be. "gone": it left before it had shown anything, which is nobody's attack. */
export type TagVerdict = "genuine" | "refused" | "gone";

const UID_BYTES = 7;
const Instruction = {
  selectApplication: 0x5a,
  authenticateEv2First: 0x71,
  additionalFrame: 0xaf,
  getCardUid: 0x51,
} as const;
/** 4C4B31. DESFire takes the least significant byte first, unlike the diversification of the key (protocol.md §7). */
const APPLICATION_ID = Uint8Array.of(0x31, 0x4b, 0x4c);
const KEY_NUMBER = 1;
/** How many bytes of its capabilities the reader tells: none. */
const CAPABILITIES_BYTES = 0;

/**
 * Whether the tag in the field, whose anticollision said `uid`, holds the key of that uid in LK1's application
 * (protocol.md §7): EV2First with key 1, the reader proving itself first, then the uid once more under the session's
 * keys. Anything but the exact answers is refused. Wipes the keys it derives; `tagMasterKey` stays the caller's.
 */
export function checkTag(
  suite: Suite,
  entropy: Entropy,
  reader: TagReader,
  uid: Uint8Array,
  tagMasterKey: Secret,
): TagVerdict {
  // Four bytes are a random uid, drawn anew each time: no grant can name it.
  if (uid.length !== UID_BYTES) return "refused";
  const key = tagKey(suite, tagMasterKey, uid);
  try {
    return checkHolder(suite, entropy, reader, uid, key);
  } finally {
    key.wipe();
  }
}

function checkHolder(suite: Suite, entropy: Entropy, reader: TagReader, uid: Uint8Array, key: Secret): TagVerdict {
  const selected = sendNative(reader, Instruction.selectApplication, APPLICATION_ID, {
    status: NativeStatus.done,
    dataBytes: 0,
  });
  if (selected.kind !== "answered") return selected.kind;

  const first = sendNative(reader, Instruction.authenticateEv2First, Uint8Array.of(KEY_NUMBER, CAPABILITIES_BYTES), {
    status: NativeStatus.moreToCome,
    dataBytes: RANDOM_BYTES,
  });
  if (first.kind !== "answered") return first.kind;

  const { challenge, readerProof } = answerChallenge(suite, key, entropy.bytes(RANDOM_BYTES), first.data);
  const second = sendNative(reader, Instruction.additionalFrame, readerProof, {
    status: NativeStatus.done,
    dataBytes: TAG_PROOF_BYTES,
  });
  if (second.kind !== "answered") return second.kind;

  const session = readTagProof(suite, key, challenge, second.data);
  if (session === undefined) return "refused";
  try {
    return confirmUid(suite, reader, session, uid);
  } finally {
    wipeTagSession(session);
  }
}

/** Anticollision is in clear; this answer is the session's, and its first command. */
function confirmUid(suite: Suite, reader: TagReader, session: TagSession, uid: Uint8Array): TagVerdict {
  const counter = 0;
  const answer = sendNative(
    reader,
    Instruction.getCardUid,
    commandMac(suite, session, Instruction.getCardUid, counter),
    { status: NativeStatus.done, dataBytes: AES_BLOCK_BYTES + MESSAGE_MAC_BYTES },
  );
  if (answer.kind !== "answered") return answer.kind;
  const confirmed = openAnswer(suite, session, counter, answer.data);
  return confirmed !== undefined && suite.equal(confirmed, uid) ? "genuine" : "refused";
}
