import type { Secret } from "../../crypto/secret.ts";
import { CCM_NONCE_BYTES, type Suite } from "../../crypto/suite.ts";
import type { Random } from "../random.ts";
import { ascii, concat } from "../wire/bytes.ts";
import { expectMessage } from "../wire/expect-message.ts";
import { encodeHead, encodeMessage, RESUME_RANDOM_BYTES, TRANSACTION_ID_BYTES } from "../wire/messages.ts";
import { unseal } from "./handshake.ts";
import type { SecureChannel } from "./secure-channel.ts";
import { wipe, wipeIfThrown } from "./wipe.ts";

// RESUME (protocol.md §4): S1 and S2 under the RMS of an earlier OPEN. A frame of the wrong type or length throws and
// leaves the state as it was; any other failure throws and wipes it. Counters and the 24 h or 1024 uses of an RMS are
// the callers' business: the gateway commits n + 1 before it sends S1, the lock makes n durable before it acts.

const NONCE = new Uint8Array(CCM_NONCE_BYTES);

/** RMS and H(S1): the gateway has sent S1, or the lock has read it. */
export interface ResumeAwaitingS2 {
  readonly rms: Secret;
  readonly hashS1: Uint8Array;
}

/** Gateway: S1 with the first command. */
export function startResume(
  suite: Suite,
  random: Random,
  slot: number,
  n: number,
  rms: Secret,
  command: Uint8Array,
): { state: ResumeAwaitingS2; s1: Uint8Array } {
  const head = { type: "S1", slot, n, random: random.bytes(RESUME_RANDOM_BYTES) } as const;
  const aad = encodeHead(head);
  const key = requestKey(suite, rms, aad);
  const sealed = suite.ccmSeal(key, NONCE, aad, command);
  key.wipe();
  const s1 = encodeMessage({ ...head, sealed });
  return { state: { rms: rms.part(0, rms.length), hashS1: suite.sha256(s1) }, s1 };
}

/** Lock: the command in S1. Whether `n` is acceptable, the caller has seen before. Throws ProtocolError("wrong-tag"). */
export function readS1(suite: Suite, rms: Secret, s1: Uint8Array): { state: ResumeAwaitingS2; command: Uint8Array } {
  const message = expectMessage(s1, "S1");
  const aad = encodeHead(message);
  const key = requestKey(suite, rms, aad);
  const command = wipeIfThrown({ key }, () => unseal(suite, key, NONCE, aad, message.sealed));
  key.wipe();
  return { state: { rms: rms.part(0, rms.length), hashS1: suite.sha256(s1) }, command };
}

/** Lock: S2 with the response; from then on an ordinary session, CmdCtr from 1. */
export function writeS2(
  suite: Suite,
  random: Random,
  state: ResumeAwaitingS2,
  response: Uint8Array,
): { channel: SecureChannel; s2: Uint8Array } {
  const head = { type: "S2", random: random.bytes(RESUME_RANDOM_BYTES) } as const;
  const { keyGL, keyLG } = deriveKeys(suite, state, encodeHead(head));
  const sealed = suite.ccmSeal(keyLG, NONCE, encodeHead(head), response);
  wipe(state);
  return {
    channel: resumedChannel(head.random, { sendKey: keyLG, receiveKey: keyGL }),
    s2: encodeMessage({ ...head, sealed }),
  };
}

/** Gateway: the response in S2. */
export function readS2(
  suite: Suite,
  state: ResumeAwaitingS2,
  s2: Uint8Array,
): { channel: SecureChannel; response: Uint8Array } {
  const message = expectMessage(s2, "S2");
  return wipeIfThrown(state, () => {
    const head = encodeHead(message);
    const keys = deriveKeys(suite, state, head);
    const response = wipeIfThrown(keys, () => unseal(suite, keys.keyLG, NONCE, head, message.sealed));
    wipe(state);
    return {
      channel: resumedChannel(message.random, { sendKey: keys.keyGL, receiveKey: keys.keyLG }),
      response,
    };
  });
}

/** H(S1)[0..8]: what a lock stores of an S1 to know it again (protocol.md §4, §9). */
export function resumeTag(suite: Suite, s1: Uint8Array): Uint8Array {
  return suite.sha256(s1).slice(0, 8);
}

/** k1. */
function requestKey(suite: Suite, rms: Secret, s1Head: Uint8Array): Secret {
  return suite.hkdfExpand(rms, concat(ascii("LK1 resume 1"), s1Head), 16);
}

/** K_GL 16 | K_LG 16. */
function deriveKeys(suite: Suite, { rms, hashS1 }: ResumeAwaitingS2, s2Head: Uint8Array) {
  const keys = suite.hkdfExpand(rms, concat(ascii("LK1 resume 2"), hashS1, s2Head), 32);
  const parts = { keyGL: keys.part(0, 16), keyLG: keys.part(16, 32) };
  keys.wipe();
  return parts;
}

/** TI = R_L[0..4]; CmdCtr 0 was S1 and S2. */
function resumedChannel(lockRandom: Uint8Array, keys: { sendKey: Secret; receiveKey: Secret }): SecureChannel {
  return { transactionId: lockRandom.slice(0, TRANSACTION_ID_BYTES), ...keys, counter: 1, awaits: "command" };
}
