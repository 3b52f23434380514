import { Secret } from "../../crypto/secret.ts";
import type { Suite } from "../../crypto/suite.ts";

// The card's side of EV2's authentication and secure messaging (NXP AN12196 §4 and §5.6), written apart from the reader's
// in lock-sim/firmware/door/: code that both shared could be wrong on both sides and still agree with itself.

const ZERO_BLOCK = new Uint8Array(16);

/** What the card keeps from authentication until the next one. */
export interface CardSession {
  readonly ti: Uint8Array;
  readonly encKey: Secret;
  readonly macKey: Secret;
  /** CmdCtr: how many commands the session has had. */
  commands: number;
}

/** The answer to part one: E(K, RndB). */
export function cardChallenge(suite: Suite, key: Secret, rndB: Uint8Array): Uint8Array {
  return suite.aesCbcEncrypt(key, ZERO_BLOCK, rndB);
}

/** The reader's RndA out of E(K, RndA | RndB turned), or undefined if it does not know the key. */
export function readReaderProof(
  suite: Suite,
  key: Secret,
  rndB: Uint8Array,
  proof: Uint8Array,
): Uint8Array | undefined {
  const plain = suite.aesCbcDecrypt(key, ZERO_BLOCK, proof);
  const turnedBack = Uint8Array.of(plain[31]!, ...plain.subarray(16, 31));
  return suite.equal(turnedBack, rndB) ? plain.slice(0, 16) : undefined;
}

/** The answer to part two: E(K, TI | RndA turned | PDcap2 | PCDcap2), both capabilities zero. */
export function cardProof(suite: Suite, key: Secret, ti: Uint8Array, rndA: Uint8Array): Uint8Array {
  const plain = new Uint8Array(32);
  plain.set(ti);
  plain.set(rndA.subarray(1), 4);
  plain[19] = rndA[0]!;
  return suite.aesCbcEncrypt(key, ZERO_BLOCK, plain);
}

/** Session keys by CMAC over SV1 and SV2. */
export function openCardSession(
  suite: Suite,
  key: Secret,
  ti: Uint8Array,
  rndA: Uint8Array,
  rndB: Uint8Array,
): CardSession {
  const vector = Uint8Array.of(
    0xa5,
    0x5a,
    0x00,
    0x01,
    0x00,
    0x80,
    ...rndA.subarray(0, 8),
    ...rndB.subarray(6),
    ...rndA.subarray(8),
  );
  for (let i = 0; i < 6; i++) vector[8 + i]! ^= rndB[i]!;
  const encKey = new Secret(suite.aesCmac(key, vector));
  vector.set([0x5a, 0xa5]);
  return { ti, encKey, macKey: new Secret(suite.aesCmac(key, vector)), commands: 0 };
}

/** Whether `mac` stands for this command, which carries nothing else. Takes the command's number. */
export function acceptCommand(suite: Suite, session: CardSession, instruction: number, mac: Uint8Array): boolean {
  const expected = shortMac(suite, session, Uint8Array.of(instruction, ...counterBytes(session), ...session.ti));
  if (!suite.equal(expected, mac)) return false;
  session.commands++;
  return true;
}

/** The data of an answer with status 00: padded, encrypted, and maced. */
export function sealAnswer(suite: Suite, session: CardSession, data: Uint8Array): Uint8Array {
  const padded = new Uint8Array(data.length + 16 - (data.length % 16));
  padded.set(data);
  padded[data.length] = 0x80;
  const seed = new Uint8Array(16);
  seed.set([0x5a, 0xa5, ...session.ti, ...counterBytes(session)]);
  const iv = suite.aesCbcEncrypt(session.encKey, ZERO_BLOCK, seed);
  const encrypted = suite.aesCbcEncrypt(session.encKey, iv, padded);
  const mac = shortMac(suite, session, Uint8Array.of(0x00, ...counterBytes(session), ...session.ti, ...encrypted));
  return Uint8Array.of(...encrypted, ...mac);
}

function shortMac(suite: Suite, session: CardSession, text: Uint8Array): Uint8Array {
  const mac = suite.aesCmac(session.macKey, text);
  return Uint8Array.from({ length: 8 }, (_, i) => mac[2 * i + 1]!);
}

function counterBytes({ commands }: CardSession): Uint8Array {
  const bytes = new Uint8Array(2);
  new DataView(bytes.buffer).setUint16(0, commands, true);
  return bytes;
}
