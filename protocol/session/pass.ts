import type { Secret } from "../../crypto/secret.ts";
import { HASH_BYTES, SIGNATURE_BYTES, type Suite } from "../../crypto/suite.ts";
import { ProtocolError } from "../protocol-error.ts";
import type { Random } from "../random.ts";
import { ascii, concat, equalBytes } from "../wire/bytes.ts";
import { decodeCbor, encodeCbor } from "../wire/cbor.ts";
import { asArray, asBytes, asUint } from "../wire/cbor-shape.ts";
import { expectMessage } from "../wire/expect-message.ts";
import { encodeHead, encodeMessage, TRANSACTION_ID_BYTES } from "../wire/messages.ts";
import { CHALLENGE_BYTES } from "../wire/responses.ts";
import { agree, drawEphemeral, unseal } from "./handshake.ts";
import { greetingNonce, type SecureChannel } from "./secure-channel.ts";
import { wipe, wipeIfThrown } from "./wipe.ts";

// PASS (protocol.md §5): A1 and A2 between a bearer and a lock that have never met. The lock proves itself by its
// signature; the bearer is a stranger until an order of its own is accepted. A frame of the wrong type or length throws
// and leaves the state as it was; any other failure throws and wipes it.

const NO_SALT = new Uint8Array(HASH_BYTES);
const LOCK_ID_BYTES = 8;

/** The bearer has sent A1. */
export interface PassAwaitingA2 {
  readonly ephemeral: Secret;
  readonly a1: Uint8Array;
}

/** K_BL seals what the bearer says, K_LB what the lock says. */
interface PassKeys {
  readonly keyBL: Secret;
  readonly keyLB: Secret;
}

/** Bearer: A1. */
export function startPass(suite: Suite, random: Random): { state: PassAwaitingA2; a1: Uint8Array } {
  const ephemeral = drawEphemeral(suite, random);
  const a1 = encodeMessage({ type: "A1", ephemeral: suite.p256PublicKey(ephemeral) });
  return { state: { ephemeral, a1 }, a1 };
}

/** Lock: A1 → A2, with the challenge of this PASS session and the lock's time. Throws ProtocolError("bad-point") too. */
export function answerA1(
  suite: Suite,
  random: Random,
  lock: { lockId: Uint8Array; sigKey: Secret },
  a1: Uint8Array,
  { challenge, time }: { challenge: Uint8Array; time: number },
): { channel: SecureChannel; a2: Uint8Array } {
  const peer = expectMessage(a1, "A1").ephemeral;
  const ephemeral = drawEphemeral(suite, random);
  const head = {
    type: "A2",
    ephemeral: suite.p256PublicKey(ephemeral),
    transactionId: random.bytes(TRANSACTION_ID_BYTES),
  } as const;
  const th = transcriptHash(suite, a1, encodeHead(head));
  const { keyBL, keyLB } = deriveKeys(suite, agree(suite, NO_SALT, ephemeral, peer), th);
  const signature = suite.es256Sign(lock.sigKey, ascii("LK1 pass"), th);
  const content = encodeCbor([lock.lockId, challenge, time, signature]);
  const sealed = suite.ccmSeal(keyLB, greetingNonce(head.transactionId), th, content);
  return {
    channel: { transactionId: head.transactionId, sendKey: keyLB, receiveKey: keyBL, counter: 0, awaits: "command" },
    a2: encodeMessage({ ...head, sealed }),
  };
}

/**
 * Bearer: A2. Only a lock with the expected id and signature gets to see a grant. Throws
 * ProtocolError("wrong-lock" | "wrong-signature") too.
 */
export function readA2(
  suite: Suite,
  state: PassAwaitingA2,
  a2: Uint8Array,
  expected: { lockId: Uint8Array; sigPk: Uint8Array },
): { channel: SecureChannel; challenge: Uint8Array; time: number } {
  const message = expectMessage(a2, "A2");
  return wipeIfThrown(state, () => {
    const th = transcriptHash(suite, state.a1, encodeHead(message));
    const keys = deriveKeys(suite, agree(suite, NO_SALT, state.ephemeral, message.ephemeral), th);
    const { transactionId, sealed } = message;
    const { lockId, challenge, time, signature } = wipeIfThrown(keys, () =>
      readContent(unseal(suite, keys.keyLB, greetingNonce(transactionId), th, sealed)),
    );
    wipeIfThrown(keys, () => {
      if (!equalBytes(lockId, expected.lockId)) throw new ProtocolError("wrong-lock");
      const isSigned = suite.es256Verify(expected.sigPk, signature, ascii("LK1 pass"), th);
      if (!isSigned) throw new ProtocolError("wrong-signature");
    });
    const { keyBL, keyLB } = keys;
    return {
      channel: { transactionId, sendKey: keyBL, receiveKey: keyLB, counter: 0, awaits: "command" },
      challenge,
      time,
    };
  });
}

/** [lockId 8, challenge 8, time, sig 64]. Throws ProtocolError("malformed"). */
function readContent(bytes: Uint8Array) {
  const [lockId, challenge, time, signature] = asArray(decodeCbor(bytes), 4);
  return {
    lockId: asBytes(lockId, LOCK_ID_BYTES),
    challenge: asBytes(challenge, CHALLENGE_BYTES),
    time: asUint(time),
    signature: asBytes(signature, SIGNATURE_BYTES),
  };
}

function transcriptHash(suite: Suite, a1: Uint8Array, a2Head: Uint8Array): Uint8Array {
  return suite.sha256(ascii("LK1 pass"), a1, a2Head);
}

/** K_BL 16 | K_LB 16. */
function deriveKeys(suite: Suite, prk: Secret, th: Uint8Array): PassKeys {
  const keys = suite.hkdfExpand(prk, concat(ascii("LK1 pass keys"), th), 32);
  const parts = { keyBL: keys.part(0, 16), keyLB: keys.part(16, 32) };
  wipe({ prk, keys });
  return parts;
}
