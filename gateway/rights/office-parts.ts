import { join } from "node:path";
import type { Suite } from "../../crypto/suite.ts";
import type { Clock } from "../../protocol/clock.ts";
import type { Random } from "../../protocol/random.ts";
import { toHex } from "../../protocol/wire/bytes.ts";
import type { SiteConfig } from "../config.ts";
import type { Issuer } from "../issuer/issuer.ts";
import { IssuerKeys } from "../issuer/issuer-keys.ts";
import { readKeyFile } from "../issuer/key-file.ts";
import { KeyedIssuer } from "../issuer/keyed-issuer.ts";
import type { Log } from "../log.ts";
import { openDataDirectory } from "../store/data-directory.ts";
import { Database } from "../store/database.ts";
import { IssuerStore } from "../store/issuer-store.ts";
import { KeyChangeStore } from "../store/key-change-store.ts";
import { LockReportStore } from "../store/lock-report-store.ts";
import { LockStore } from "../store/lock-store.ts";
import { RosterStore } from "../store/roster-store.ts";
import { type ComposedRights, composeRights } from "./compose-rights.ts";
import { ReportBook } from "./report-book.ts";

export interface OfficeWorld {
  suite: Suite;
  clock: Clock;
  random: Random;
  log: Log;
  /** Holds `issuer.key` and `portvakt.db`; a gateway's data directory has the same form. Made if it is not there. */
  directory: string;
  site: SiteConfig;
  /** A lock is to have another roster: its gateway may be told at once. */
  changed?: (lockId: string) => void;
}

/** What an office is made of. */
export interface OfficeParts {
  issuerId: string;
  world: OfficeWorld;
  database: Database;
  issuer: Issuer;
  locks: LockStore;
  rosters: RosterStore;
  store: IssuerStore;
  reports: ReportBook;
  rights: ComposedRights;
}

const ISSUER_ID_BYTES = 8;

/** Draws the key and the id of an issuer that is new. Rejects with StoreError or KeyFileError, one sentence each. */
export async function openOfficeParts(world: OfficeWorld): Promise<OfficeParts> {
  openDataDirectory(world.directory);
  const database = Database.open(join(world.directory, "portvakt.db"));
  try {
    return await putTogether(world, database);
  } catch (error) {
    database.close();
    throw error;
  }
}

async function putTogether(world: OfficeWorld, database: Database): Promise<OfficeParts> {
  const { suite, random, directory } = world;
  const keys = IssuerKeys.load(directory, suite, random, new KeyChangeStore(database));
  const issuer = new KeyedIssuer(suite, keys);
  // The directory of a gateway that stands alone: its operator goes on having its grants.
  const operatorKey = readKeyFile(join(directory, "operator.key"), suite);
  const locks = new LockStore(database);
  const rosters = new RosterStore(database);
  const rights = composeRights({
    ...world,
    database,
    locks,
    rosters,
    issuer,
    keys,
    ...(operatorKey && { operatorPk: suite.p256PublicKey(operatorKey) }),
    changed: world.changed ?? (() => {}),
  });
  const store = new IssuerStore(database);
  const drawn = toHex(random.bytes(ISSUER_ID_BYTES));
  const issuerId = await database.write(() => store.drawnOnce(drawn));
  const reports = new ReportBook(database, new LockReportStore(database));
  return { issuerId, world, database, issuer, locks, rosters, store, reports, rights };
}
