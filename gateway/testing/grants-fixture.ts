import type { TestContext } from "node:test";
import { opensslSuite } from "../../crypto/openssl.ts";
import { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { VirtualClock } from "../../protocol/testing/virtual-clock.ts";
import { toHex } from "../../protocol/wire/bytes.ts";
import { Grants } from "../grants.ts";
import { LocalIssuer } from "../issuer/local-issuer.ts";
import { GrantStore } from "../store/grant-store.ts";
import { LockStore } from "../store/lock-store.ts";
import { RosterStore } from "../store/roster-store.ts";
import { temporaryDatabase } from "../store/testing/temporary-database.ts";
import { temporaryDirectory } from "../store/testing/temporary-directory.ts";
import { WantedRosters } from "../wanted-rosters.ts";

export const LOCK_A = "aaaaaaaaaaaaaaaa";
export const LOCK_B = "bbbbbbbbbbbbbbbb";

/** Two paired locks, an issuer, and all that makes grants out of requests. */
export async function grantsFixture(test: TestContext) {
  const suite = opensslSuite;
  const clock = new VirtualClock();
  const random = new SeededRandom(1);
  const database = temporaryDatabase(test);
  const issuer = LocalIssuer.load(temporaryDirectory(test), suite, random);
  const operatorPk = issuer.operator.publicKey;
  const locks = new LockStore(database);
  const store = new GrantStore(database);
  const rosters = new RosterStore(database);
  const wanted = new WantedRosters({ database, locks, grants: store, rosters, issuer, operatorPk, suite, clock });
  const changed: string[] = [];
  const grants = new Grants({
    issuer,
    store,
    locks,
    rosters: wanted,
    suite,
    clock,
    random,
    changed: (lockId) => changed.push(lockId),
  });
  for (const lockId of [LOCK_A, LOCK_B]) await locks.put(pairedLock(lockId));
  const publicKey = toHex(suite.p256PublicKey(suite.p256PrivateKey((length) => random.bytes(length))));
  return { suite, clock, random, database, issuer, locks, store, rosters, wanted, grants, changed, publicKey };
}

function pairedLock(lockId: string) {
  return {
    lockId,
    via: "tcp://127.0.0.1:7001",
    model: "sim",
    hardware: 1,
    firmware: 1,
    sigPk: new Uint8Array(33).fill(2),
    boxPk: new Uint8Array(33).fill(3),
    generation: 0,
    pairedAtMs: Date.UTC(2027, 0, 1),
  };
}
