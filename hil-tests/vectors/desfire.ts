import assert from "node:assert/strict";
import { Secret } from "../../crypto/secret.ts";
import { AES_BLOCK_BYTES, type Suite } from "../../crypto/suite.ts";
import { concat, fromHex } from "../../protocol/wire/bytes.ts";
import type { Vector } from "./vector.ts";

interface Authentication {
  readonly id: string;
  readonly kind: "EV2First" | "EV2NonFirst";
  readonly key: string;
  readonly encRndB: string;
  readonly rndB: string;
  readonly rndA: string;
  readonly pcdCryptogram: string;
  readonly piccResponse: string;
  readonly ti?: string;
  readonly sv1: string;
  readonly sv2?: string;
  readonly sesAuthEncKey: string;
  readonly sesAuthMacKey: string;
}
interface Mac {
  readonly id: string;
  readonly macKey: string;
  readonly macInput: string;
  readonly cmac?: string;
  readonly mact: string;
}
interface Command {
  readonly id: string;
  readonly encKey: string;
  readonly macKey: string;
  readonly ti: string;
  readonly cmdCtr: number;
  readonly cmd: string;
  readonly header: string;
  /** What the command carries enciphered; empty in one whose answer does. */
  readonly data: string;
  readonly capdu: string;
  readonly ivc?: string;
  readonly ivr?: string;
  readonly rspEnc?: string;
  readonly rspData?: string;
  readonly rspMact: string;
}
interface Diversification {
  readonly id: string;
  readonly masterKey: string;
  readonly cmacInput: string;
  readonly key: string;
}
interface File {
  readonly auth: Authentication[];
  readonly mac: Mac[];
  readonly full: Command[];
  readonly keyDiversification: Diversification[];
}

/** C-APDU: class, instruction, P1, P2, Lc before the data; Le after it. */
const APDU_HEAD_BYTES = 5;
const APDU_TAIL_BYTES = 1;
const MACT_BYTES = 8;
/** PDcap2 and PCDcap2 each. */
const CAPABILITIES_BYTES = 6;
const ZERO_VECTOR = new Uint8Array(AES_BLOCK_BYTES);

/** The values of NXP AN12196 and AN10922: session keys and macs by AES-CMAC, cryptograms by AES-CBC. */
export function readDesfire(path: string, text: string): Vector[] | undefined {
  if (path !== "an12196-ev2.json") return undefined;
  const { auth, mac, full, keyDiversification } = JSON.parse(text) as File;
  return [
    ...auth.map((entry) => check(`${entry.id}, session keys`, (suite) => checkSessionKeys(suite, entry))),
    ...auth.map((entry) => check(`${entry.id}, cryptograms`, (suite) => checkAuthentication(suite, entry))),
    ...mac.map((entry) => check(entry.id, (suite) => checkMac(suite, entry))),
    ...full.map((entry) => check(`${entry.id}, macs`, (suite) => checkCommandMacs(suite, entry))),
    ...full.map((entry) => check(`${entry.id}, cryptograms`, (suite) => checkCommandCryptograms(suite, entry))),
    ...keyDiversification.map((entry) =>
      check(entry.id, (suite) =>
        assert.deepEqual(cmac(suite, entry.masterKey, fromHex(entry.cmacInput)), fromHex(entry.key)),
      ),
    ),
  ];
}

function check(name: string, checkSuite: (suite: Suite) => void): Vector {
  return { kind: "check", name, check: ({ suite }) => checkSuite(suite) };
}

/** AN12196: session vectors from both randoms, session keys by CMAC over them. */
function checkSessionKeys(suite: Suite, entry: Authentication): void {
  const [a, b] = [fromHex(entry.rndA), fromHex(entry.rndB)];
  const mixed = a.slice(2, 8).map((byte, i) => byte ^ b[i]!);
  const context = concat(fromHex("00010080"), a.subarray(0, 2), mixed, b.subarray(6), a.subarray(8));
  const sv1 = concat(fromHex("a55a"), context);
  const sv2 = concat(fromHex("5aa5"), context);
  assert.deepEqual(sv1, fromHex(entry.sv1));
  if (entry.sv2 !== undefined) assert.deepEqual(sv2, fromHex(entry.sv2));
  assert.deepEqual(cmac(suite, entry.key, sv1), fromHex(entry.sesAuthEncKey));
  assert.deepEqual(cmac(suite, entry.key, sv2), fromHex(entry.sesAuthMacKey));
}

/** Three cryptograms: the tag's random, the reader's random and the tag's rotated, the reader's rotated. */
function checkAuthentication(suite: Suite, entry: Authentication): void {
  const [a, b] = [fromHex(entry.rndA), fromHex(entry.rndB)];
  checkCryptogram(suite, entry.key, ZERO_VECTOR, b, fromHex(entry.encRndB));
  checkCryptogram(suite, entry.key, ZERO_VECTOR, concat(a, rotated(b)), fromHex(entry.pcdCryptogram));
  // The first one's proof names its session and ends in both capabilities, which are zeros in these tables.
  const proof =
    entry.kind === "EV2First"
      ? concat(fromHex(entry.ti!), rotated(a), new Uint8Array(2 * CAPABILITIES_BYTES))
      : rotated(a);
  checkCryptogram(suite, entry.key, ZERO_VECTOR, proof, fromHex(entry.piccResponse));
}

function checkMac(suite: Suite, entry: Mac): void {
  const full = cmac(suite, entry.macKey, fromHex(entry.macInput));
  if (entry.cmac !== undefined) assert.deepEqual(full, fromHex(entry.cmac));
  assert.deepEqual(truncated(full), fromHex(entry.mact));
}

/** Over the command: instruction, counter, TI, data as sent. Over the response: status, the next counter, TI, data. */
function checkCommandMacs(suite: Suite, entry: Command): void {
  const ti = fromHex(entry.ti);
  const data = fromHex(entry.capdu).slice(APDU_HEAD_BYTES, -APDU_TAIL_BYTES);
  const sent = concat(fromHex(entry.cmd), counter(entry.cmdCtr), ti, data.subarray(0, -MACT_BYTES));
  assert.deepEqual(truncated(cmac(suite, entry.macKey, sent)), data.slice(-MACT_BYTES));
  const received = concat(Uint8Array.of(0), counter(entry.cmdCtr + 1), ti, fromHex(entry.rspEnc ?? ""));
  assert.deepEqual(truncated(cmac(suite, entry.macKey, received)), fromHex(entry.rspMact));
}

/** The command's data under the vector IVC, the response's under IVR with the next counter. */
function checkCommandCryptograms(suite: Suite, entry: Command): void {
  const vector = (label: string, count: number) => {
    const block = concat(fromHex(label), fromHex(entry.ti), counter(count), new Uint8Array(8));
    return suite.aesCbcEncrypt(new Secret(fromHex(entry.encKey)), ZERO_VECTOR, block);
  };
  if (entry.ivc !== undefined) {
    const iv = vector("a55a", entry.cmdCtr);
    assert.deepEqual(iv, fromHex(entry.ivc));
    const body = fromHex(entry.capdu).slice(APDU_HEAD_BYTES, -APDU_TAIL_BYTES);
    const encrypted = body.slice(fromHex(entry.header).length, -MACT_BYTES);
    checkCryptogram(suite, entry.encKey, iv, padded(fromHex(entry.data)), encrypted);
  }
  if (entry.ivr !== undefined) {
    const iv = vector("5aa5", entry.cmdCtr + 1);
    assert.deepEqual(iv, fromHex(entry.ivr));
    checkCryptogram(suite, entry.encKey, iv, padded(fromHex(entry.rspData!)), fromHex(entry.rspEnc!));
  }
}

function checkCryptogram(suite: Suite, key: string, iv: Uint8Array, plain: Uint8Array, encrypted: Uint8Array): void {
  assert.deepEqual(suite.aesCbcEncrypt(new Secret(fromHex(key)), iv, plain), encrypted);
  assert.deepEqual(suite.aesCbcDecrypt(new Secret(fromHex(key)), iv, encrypted), plain);
}

function cmac(suite: Suite, key: string, message: Uint8Array): Uint8Array {
  return suite.aesCmac(new Secret(fromHex(key)), message);
}

/** EV2 sends every second byte of a CMAC: S1, S3 … S15. */
function truncated(mac: Uint8Array): Uint8Array {
  return mac.filter((_, i) => i % 2 === 1);
}

/** By one byte to the left. */
function rotated(random: Uint8Array): Uint8Array {
  return concat(random.subarray(1), random.subarray(0, 1));
}

/** Followed by 80 and zeros up to whole blocks, always by at least the 80. */
function padded(data: Uint8Array): Uint8Array {
  const blocks = Math.floor(data.length / AES_BLOCK_BYTES) + 1;
  return concat(data, Uint8Array.of(0x80), new Uint8Array(blocks * AES_BLOCK_BYTES - data.length - 1));
}

/** Two bytes, little-endian. */
function counter(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, value >> 8);
}
