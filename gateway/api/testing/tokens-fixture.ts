import type { TestContext } from "node:test";
import { opensslSuite } from "../../../crypto/openssl.ts";
import { SeededRandom } from "../../../protocol/testing/seeded-random.ts";
import { VirtualClock } from "../../../protocol/testing/virtual-clock.ts";
import type { Log } from "../../log.ts";
import { temporaryDatabase } from "../../store/testing/temporary-database.ts";
import { TokenStore } from "../../store/token-store.ts";
import { Tokens } from "../tokens.ts";

const QUIET: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => QUIET };

/** Tokens over a store of their own. */
export function tokensFixture(test: TestContext) {
  const database = temporaryDatabase(test);
  const clock = new VirtualClock();
  const store = new TokenStore(database);
  const random = new SeededRandom(1);
  return {
    database,
    clock,
    store,
    tokens: new Tokens({ database, store, suite: opensslSuite, clock, random, log: QUIET }),
  };
}
