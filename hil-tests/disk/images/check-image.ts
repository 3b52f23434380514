import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { opensslSuite } from "../../../crypto/openssl.ts";
import { apiTokenFile, ensureApiToken } from "../../../gateway/api/api-token.ts";
import { Tokens } from "../../../gateway/api/tokens.ts";
import { LocalIssuer } from "../../../gateway/issuer/local-issuer.ts";
import { createLog } from "../../../gateway/log.ts";
import { openDataDirectory } from "../../../gateway/store/data-directory.ts";
import { Database } from "../../../gateway/store/database.ts";
import { TokenStore } from "../../../gateway/store/token-store.ts";
import type { Clock } from "../../../protocol/clock.ts";
import type { SeededRandom } from "../../../protocol/testing/seeded-random.ts";
import { contentHash, keysOf } from "./evidence.ts";
import { NOTES, type Promises } from "./promises.ts";

const OWNER_ONLY = 0o600;
const DATABASE = "portvakt.db";

export interface CheckParts {
  clock: Clock;
  random: SeededRandom;
  promises: Promises;
  /** Where the image is laid out; made here. */
  folder: string;
}

/** Starts on what a power cut after `change` changes has left, as the daemon does. Throws if it does not start or lacks something. */
export async function checkImage(parts: CheckParts, image: Map<string, Uint8Array>, change: number): Promise<void> {
  const { clock, random, promises, folder } = parts;
  mkdirSync(folder, { mode: 0o700 });
  for (const [name, bytes] of image) {
    if (name !== NOTES) writeFileSync(join(folder, name), bytes, { mode: OWNER_ONLY });
  }
  openDataDirectory(folder);
  const database = Database.open(join(folder, DATABASE));
  try {
    const wrong = promises.wrongWith(contentHash(database), change);
    if (wrong !== undefined) throw new Error(wrong);
    if (database.isContinued) throw new Error("it takes itself for the one that ran last");
    const store = new TokenStore(database);
    const log = createLog("error");
    await ensureApiToken(
      apiTokenFile(folder),
      new Tokens({ database, store, suite: opensslSuite, clock, random, log }),
    );
    const keys = keysOf(LocalIssuer.load(folder, opensslSuite, random));
    const promised = promises.keysAt(change);
    if (promised !== undefined && keys !== promised) throw new Error("it has other keys");
  } finally {
    database.close();
  }
  const damage = Database.quickCheck(join(folder, DATABASE));
  if (damage.length > 0) throw new Error(damage.join("; "));
}
