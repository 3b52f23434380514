import assert from "node:assert/strict";
import { Secret } from "../../crypto/secret.ts";
import type { Suite } from "../../crypto/suite.ts";
import { concat, fromHex } from "../../protocol/wire/bytes.ts";
import type { Vector } from "./vector.ts";

interface Authentication {
  readonly id: string;
  readonly key: string;
  readonly rndA: string;
  readonly rndB: string;
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
  readonly macKey: string;
  readonly ti: string;
  readonly cmdCtr: number;
  readonly cmd: string;
  readonly capdu: string;
  readonly rspEnc?: string;
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

/** Values of NXP AN12196 and AN10922 that rest on AES-CMAC; those on AES-CBC wait for a tag reader that needs it. */
export function readDesfire(path: string, text: string): Vector[] | undefined {
  if (path !== "an12196-ev2.json") return undefined;
  const { auth, mac, full, keyDiversification } = JSON.parse(text) as File;
  return [
    ...auth.map((entry) => check(`${entry.id}, session keys`, (suite) => checkSessionKeys(suite, entry))),
    ...mac.map((entry) => check(entry.id, (suite) => checkMac(suite, entry))),
    ...full.map((entry) => check(`${entry.id}, macs`, (suite) => checkCommandMacs(suite, entry))),
    ...keyDiversification.map((entry) =>
      check(entry.id, (suite) =>
        assert.deepEqual(cmac(suite, entry.masterKey, fromHex(entry.cmacInput)), fromHex(entry.key)),
      ),
    ),
    ...[...auth, ...full].map(
      ({ id }): Vector => ({ kind: "skip", name: `${id}, cryptograms`, why: "AES-CBC, which no suite has" }),
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

function cmac(suite: Suite, key: string, message: Uint8Array): Uint8Array {
  return suite.aesCmac(new Secret(fromHex(key)), message);
}

/** EV2 sends every second byte of a CMAC: S1, S3 … S15. */
function truncated(mac: Uint8Array): Uint8Array {
  return mac.filter((_, i) => i % 2 === 1);
}

/** Two bytes, little-endian. */
function counter(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, value >> 8);
}
