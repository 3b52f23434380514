import { join } from "node:path";
import { opensslSuite } from "../../../crypto/openssl.ts";
import { DEFAULT_SITE } from "../../../gateway/config.ts";
import { LocalIssuer } from "../../../gateway/issuer/local-issuer.ts";
import type { Log } from "../../../gateway/log.ts";
import { Database } from "../../../gateway/store/database.ts";
import type { Transport } from "../../../gateway/transport/channel.ts";
import type { World } from "../../../gateway/world.ts";
import type { Clock } from "../../../protocol/clock.ts";
import type { Random } from "../../../protocol/random.ts";

/** So long that the reconciler leaves a lock alone that is in step. */
const POLL_MS = 60 * 60_000;

export const noLog: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => noLog };

/** A standalone gateway's surroundings as the daemon makes them, with this way to its locks. The caller closes the database. */
export function gatewayWorld(parts: { clock: Clock; random: Random; directory: string; transport: Transport }): World {
  const { clock, random, directory, transport } = parts;
  const issuer = LocalIssuer.load(directory, opensslSuite, random);
  return {
    suite: opensslSuite,
    clock,
    random,
    log: noLog,
    database: Database.open(join(directory, "portvakt.db")),
    transport,
    authority: { kind: "local", issuer, operator: issuer.operator },
    site: DEFAULT_SITE,
    pollMs: POLL_MS,
  };
}
