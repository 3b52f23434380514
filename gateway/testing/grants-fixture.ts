import type { TestContext } from "node:test";
import { opensslSuite } from "../../crypto/openssl.ts";
import { openSiteSecrets } from "../../protocol/documents/sealed.ts";
import { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { VirtualClock } from "../../protocol/testing/virtual-clock.ts";
import { fromHex, toHex } from "../../protocol/wire/bytes.ts";
import { DEFAULT_SITE, type SiteConfig } from "../config.ts";
import { LocalIssuer } from "../issuer/local-issuer.ts";
import type { Log } from "../log.ts";
import { composeRights } from "../rights/compose-rights.ts";
import { GrantStore } from "../store/grant-store.ts";
import { LockStore } from "../store/lock-store.ts";
import { RosterStore } from "../store/roster-store.ts";
import { temporaryDatabase } from "../store/testing/temporary-database.ts";
import { temporaryDirectory } from "../store/testing/temporary-directory.ts";

export const LOCK_A = "aaaaaaaaaaaaaaaa";
export const LOCK_B = "bbbbbbbbbbbbbbbb";

const QUIET: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => QUIET };

/** Two paired locks, an issuer, and all that makes grants out of requests. */
export async function grantsFixture(test: Pick<TestContext, "after">, site: SiteConfig = DEFAULT_SITE) {
  const suite = opensslSuite;
  const clock = new VirtualClock();
  const random = new SeededRandom(1);
  const database = temporaryDatabase(test);
  const issuer = LocalIssuer.load(temporaryDirectory(test), suite, random);
  const locks = new LockStore(database);
  const store = new GrantStore(database);
  const rosters = new RosterStore(database);
  const changed: string[] = [];
  const world = {
    suite,
    clock,
    random,
    log: QUIET,
    database,
    locks,
    rosters,
    issuer,
    site,
    operatorPk: issuer.operator.publicKey,
    changed: (lockId: string) => changed.push(lockId),
  };
  const newKey = () => suite.p256PrivateKey((length) => random.bytes(length));
  const publicKey = toHex(suite.p256PublicKey(newKey()));
  const boxKey = newKey();
  const pair = (lockId: string, generation = 0) =>
    locks.put({ ...PAIRED, lockId, boxPk: suite.p256PublicKey(boxKey), generation });
  for (const lockId of [LOCK_A, LOCK_B]) await pair(lockId);
  /** As the lock opens them. */
  const openSecrets = (lockId: string, sealed: Uint8Array) =>
    openSiteSecrets(suite, { lockId: fromHex(lockId), boxKey }, sealed);
  return { ...world, ...composeRights(world), world, store, changed, pair, publicKey, openSecrets };
}

const PAIRED = {
  via: "tcp://127.0.0.1:7001",
  model: "sim",
  hardware: 1,
  firmware: 1,
  sigPk: new Uint8Array(33).fill(2),
  pairedAtMs: Date.UTC(2027, 0, 1),
};
