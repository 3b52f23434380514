import type { TestContext } from "node:test";
import { opensslSuite } from "../../../crypto/openssl.ts";
import type { Secret } from "../../../crypto/secret.ts";
import { type Credential, type GrantClaims, Right, signGrant } from "../../../protocol/documents/grant.ts";
import { type RosterClaims, rosterDigest, signRoster } from "../../../protocol/documents/roster.ts";
import { signTimeToken } from "../../../protocol/documents/time-token.ts";
import { SeededRandom } from "../../../protocol/testing/seeded-random.ts";
import { VirtualClock } from "../../../protocol/testing/virtual-clock.ts";
import { fromHex } from "../../../protocol/wire/bytes.ts";
import type { FleetService } from "../../api/services.ts";
import type { Log } from "../../log.ts";
import { NO_OBSERVER } from "../../metrics/observer.ts";
import type { DatabaseOptions } from "../../store/database.ts";
import { LockStore } from "../../store/lock-store.ts";
import { RosterStore } from "../../store/roster-store.ts";
import { temporaryDatabase } from "../../store/testing/temporary-database.ts";
import { runUntil } from "../../testing/run-until.ts";
import type { Bundle, DocumentResult, RosterGrants } from "../bundle.ts";
import { composeFleet } from "../compose-fleet.ts";
import { openFleet } from "../open-fleet.ts";

export const LOCK_A = "aaaaaaaaaaaaaaaa";
export const LOCK_B = "bbbbbbbbbbbbbbbb";
export const ISSUER_ID = "1111111111111111";
const SHARE_MAX_PERCENT = 50;

const suite = opensslSuite;

/** The `n`th grant's id. */
export function idOf(n: number): string {
  return n.toString(16).padStart(16, "0");
}

/** A desk over real stores with two paired locks, and the keys of its issuer. */
export async function deskFixture(test: Pick<TestContext, "after">, options: DatabaseOptions = {}) {
  const clock = new VirtualClock();
  const random = new SeededRandom(1);
  const database = temporaryDatabase(test, options);
  const newKey = () => suite.p256PrivateKey((length) => random.bytes(length));
  const issuerKey = newKey();
  const issuerPk = suite.p256PublicKey(issuerKey);
  const locks = new LockStore(database);
  const rosters = new RosterStore(database);
  const changed: string[] = [];
  const notTaken: string[] = [];
  const logged: string[] = [];
  const judged: DocumentResult[] = [];
  const log: Log = {
    debug() {},
    info() {},
    warn: (_facts: object, sentence?: string) => void logged.push(sentence ?? ""),
    error() {},
    child: () => log,
  };
  const config = { issuerKey: issuerPk, revokeShareMaxPercent: SHARE_MAX_PERCENT };
  /** As at a start: what is in the database is all that there is. */
  const open = async () => {
    const authority = await openFleet({ database, random }, config);
    const observer = { ...NO_OBSERVER, documentJudged: (result: DocumentResult) => void judged.push(result) };
    return composeFleet({ suite, clock, log, database, observer }, authority, {
      locks,
      rosters,
      changed: (lockId) => changed.push(lockId),
      notTaken: (lockId) => notTaken.push(lockId),
    });
  };
  const { desk, keys, timeTokens } = await open();
  const pair = (lockId: string, generation = 0) => locks.put({ ...PAIRED, lockId, generation });
  for (const lockId of [LOCK_A, LOCK_B]) await pair(lockId);

  const grant = (n: number, { signedBy = issuerKey, ...claims }: Partial<GrantClaims> & Signed = {}) =>
    signGrant(suite, signedBy, { ...GRANT, id: fromHex(idOf(n)), ...claims });
  const roster = (
    grants: readonly Uint8Array[],
    { signedBy = issuerKey, ...claims }: Partial<RosterClaims> & Signed = {},
  ) =>
    signRoster(suite, signedBy, {
      ...ROSTER,
      lockId: fromHex(LOCK_A),
      count: grants.length,
      digest: rosterDigest(suite, grants),
      ...claims,
    });
  const timeToken = (challenge: Uint8Array, lockId = LOCK_A) =>
    signTimeToken(suite, issuerKey, { lockId: fromHex(lockId), challenge, time: 1_800_000_000 });
  const take = (bundle: Partial<Bundle>, at: FleetService = desk) =>
    runUntil(clock, at.take({ issuerId: ISSUER_ID, ...bundle }));

  /** Whole grants and a roster of all of them, in one bundle. */
  async function takeAll(ns: readonly number[], claims: Partial<RosterClaims>, mayRevoke?: number) {
    const grants = ns.map((n) => grantOnce(n));
    const results = await take({
      grants,
      rosters: [{ document: roster(grants, claims), grants: all(ns), ...(mayRevoke !== undefined && { mayRevoke }) }],
    });
    return results.at(-1)!;
  }
  /** Two signatures over the same claims differ, and so do the digests then. */
  const signed = new Map<number, Uint8Array>();
  function grantOnce(n: number): Uint8Array {
    const document = signed.get(n) ?? grant(n);
    signed.set(n, document);
    return document;
  }
  /** What the lock shall have, without the documents. */
  const wanted = (lockId = LOCK_A) => ({
    epoch: rosters.wantedEpoch(lockId),
    ids: rosters.entries(lockId).map(({ id }) => Number.parseInt(id, 16)),
  });
  const report = (epoch: number, lockId = LOCK_A) =>
    locks.setReported(lockId, { ...REPORTED, epoch, atMs: clock.wallMs() });
  return {
    suite,
    clock,
    database,
    locks,
    rosters,
    desk,
    keys,
    timeTokens,
    issuerKey,
    issuerPk,
    newKey,
    open,
    pair,
    grant,
    grantOnce,
    roster,
    timeToken,
    take,
    takeAll,
    wanted,
    report,
    changed,
    notTaken,
    logged,
    judged,
  };
}

type Signed = { signedBy?: Secret };

/** All of these, by number. */
export function all(ns: readonly number[]): RosterGrants {
  return { kind: "all", all: ns.map(idOf) };
}

export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

const TAG: Credential = { kind: "tag", uid: new Uint8Array(7) };
const GRANT = {
  subject: new Uint8Array(8),
  audience: [fromHex(LOCK_A)],
  expires: 2_000_000_000,
  issuedAt: 1_700_000_000,
  credentials: [TAG],
  rights: Right.unlock,
};
const ROSTER = {
  generation: 0,
  epoch: 1,
  issuedAt: 1_700_000_000,
  staleAfter: 0,
  carriedFrom: 0,
  denied: [],
  settings: {},
};
const REPORTED = {
  rosterDigest: new Uint8Array(32),
  time: 0,
  flags: 0,
  seq: 0,
  batteryMillivolt: 3_000,
  temperatureC: 20,
};
const PAIRED = {
  via: "tcp://127.0.0.1:7001",
  model: "sim",
  hardware: 1,
  firmware: 1,
  sigPk: new Uint8Array(33).fill(2),
  boxPk: new Uint8Array(33).fill(2),
  pairedAtMs: 0,
};
