import { Secret } from "../../../crypto/secret.ts";
import { AES_BLOCK_BYTES, type Suite } from "../../../crypto/suite.ts";
import { concat } from "../../../protocol/wire/bytes.ts";

// The reader's side of AuthenticateEV2First (NXP AN12196 §5.6), without the sending. The tag's side is in lock-sim/tag/
// and shares nothing with this one, so that a mistake in either shows.

/** RndA and RndB each. */
export const RANDOM_BYTES = 16;
/** TI, RndA turned, and what tag and reader say that they can. */
export const TAG_PROOF_BYTES = 32;

const TRANSACTION_ID_BYTES = 4;
const CAPABILITIES_BYTES = 6;

/** The tag has answered the first command: both randoms are known. */
export interface TagChallenge {
  readonly rndA: Uint8Array;
  readonly rndB: Uint8Array;
}

/** What both sides hold once each has proven itself. */
export interface TagSession {
  /** TI. */
  readonly transactionId: Uint8Array;
  readonly encryptionKey: Secret;
  readonly macKey: Secret;
}

/** The tag's encrypted RndB (16 bytes) → what proves that the reader has the key (32 bytes): RndA and RndB turned. */
export function answerChallenge(
  suite: Suite,
  key: Secret,
  rndA: Uint8Array,
  encryptedRndB: Uint8Array,
): { challenge: TagChallenge; readerProof: Uint8Array } {
  const rndB = suite.aesCbcDecrypt(key, zeroVector(), encryptedRndB);
  const readerProof = suite.aesCbcEncrypt(key, zeroVector(), concat(rndA, turnLeft(rndB)));
  return { challenge: { rndA, rndB }, readerProof };
}

/** The tag's answer to the reader's proof (TAG_PROOF_BYTES) → the session, or undefined if the tag has not the key. */
export function readTagProof(
  suite: Suite,
  key: Secret,
  { rndA, rndB }: TagChallenge,
  tagProof: Uint8Array,
): TagSession | undefined {
  const text = suite.aesCbcDecrypt(key, zeroVector(), tagProof);
  const turnedRndA = text.subarray(TRANSACTION_ID_BYTES, TRANSACTION_ID_BYTES + RANDOM_BYTES);
  if (!suite.equal(turnedRndA, turnLeft(rndA))) return undefined;
  // The tag's own capabilities are its business; the reader's must come back as they were sent: none.
  const readerCapabilities = text.subarray(-CAPABILITIES_BYTES);
  if (!suite.equal(readerCapabilities, new Uint8Array(CAPABILITIES_BYTES))) return undefined;
  const vectors = sessionVectors(rndA, rndB);
  return {
    transactionId: text.slice(0, TRANSACTION_ID_BYTES),
    encryptionKey: new Secret(suite.aesCmac(key, vectors.encryption)),
    macKey: new Secret(suite.aesCmac(key, vectors.mac)),
  };
}

export function wipeTagSession(session: TagSession): void {
  session.encryptionKey.wipe();
  session.macKey.wipe();
}

/**
 * SV1 and SV2: a label each, then the counter 1, the length of 128 bits, and
 * `RndA[15..14] | RndA[13..8] ⊕ RndB[15..10] | RndB[9..0] | RndA[7..0]`, where NXP counts bytes from the last one.
 */
export function sessionVectors(rndA: Uint8Array, rndB: Uint8Array): { encryption: Uint8Array; mac: Uint8Array } {
  const mixed = rndA.slice(2, 8).map((byte, i) => byte ^ rndB[i]!);
  const context = concat(
    Uint8Array.of(0x00, 0x01, 0x00, 0x80),
    rndA.subarray(0, 2),
    mixed,
    rndB.subarray(6),
    rndA.subarray(8),
  );
  return {
    encryption: concat(Uint8Array.of(0xa5, 0x5a), context),
    mac: concat(Uint8Array.of(0x5a, 0xa5), context),
  };
}

function turnLeft(random: Uint8Array): Uint8Array {
  return concat(random.subarray(1), random.subarray(0, 1));
}

function zeroVector(): Uint8Array {
  return new Uint8Array(AES_BLOCK_BYTES);
}
