import type { Suite } from "../../crypto/suite.ts";
import type { Clock } from "../../protocol/clock.ts";
import type { Random } from "../../protocol/random.ts";
import type { SiteConfig } from "../config.ts";
import type { Issuer } from "../issuer/issuer.ts";
import type { IssuerKeys } from "../issuer/issuer-keys.ts";
import type { Log } from "../log.ts";
import type { Database } from "../store/database.ts";
import { GrantStore } from "../store/grant-store.ts";
import { GroupStore } from "../store/group-store.ts";
import { KeyChangeStore } from "../store/key-change-store.ts";
import { KeyedRequestStore } from "../store/keyed-request-store.ts";
import { LockReportStore } from "../store/lock-report-store.ts";
import type { LockStore } from "../store/lock-store.ts";
import type { RosterStore } from "../store/roster-store.ts";
import { SecretStore } from "../store/secret-store.ts";
import { SettingsStore } from "../store/settings-store.ts";
import { Grants } from "./grants.ts";
import { Groups } from "./groups.ts";
import { KeyChanges } from "./key-changes.ts";
import { RosterKeeper } from "./roster-keeper.ts";
import { SiteSettings } from "./site-settings.ts";
import { StairSecrets } from "./stair-secrets.ts";
import { Subjects } from "./subjects.ts";
import { WantedRosters } from "./wanted-rosters.ts";

export interface RightsWorld {
  suite: Suite;
  clock: Clock;
  random: Random;
  log: Log;
  database: Database;
  locks: LockStore;
  rosters: RosterStore;
  issuer: Issuer;
  /** The issuer's, if they are here and may change. */
  keys?: IssuerKeys;
  /** 33 bytes; absent where nobody acts over an API. */
  operatorPk?: Uint8Array;
  site: SiteConfig;
  /** People have changed what this lock shall have. */
  changed: (lockId: string) => void;
}

/** What people decide, for the API. */
export interface Rights {
  grants: Grants;
  groups: Groups;
  siteSettings: SiteSettings;
  subjects: Subjects;
}

export interface ComposedRights extends Rights {
  wanted: WantedRosters;
  keeper: RosterKeeper;
  keyChanges: KeyChanges;
  grantStore: GrantStore;
}

/** Rights, and the rosters that they become. */
export function composeRights(world: RightsWorld): ComposedRights {
  const { suite, clock, random, log, database, locks, rosters, issuer, keys, operatorPk, site, changed } = world;
  const grantStore = new GrantStore(database);
  const keyChangeStore = new KeyChangeStore(database);
  const groupStore = new GroupStore(database);
  const settings = new SettingsStore(database);
  const stores = { locks, grants: grantStore, groups: groupStore, settings, site, ...(operatorPk && { operatorPk }) };
  const secrets = new StairSecrets({ database, store: new SecretStore(database), suite, random });
  const wanted = new WantedRosters({
    ...stores,
    database,
    rosters,
    secrets,
    issuer,
    keyChanges: keyChangeStore,
    reports: new LockReportStore(database),
    suite,
    clock,
    changed,
  });
  const forGrants = { locks, groups: groupStore, settings, site };
  const grants = new Grants({
    ...forGrants,
    issuer,
    store: grantStore,
    rosters: wanted,
    secrets,
    suite,
    clock,
    random,
  });
  const forKeyChanges = { database, keys, issuer, store: keyChangeStore, grants, grantStore, locks, rosters, wanted };
  const keyChanges = new KeyChanges({ ...forKeyChanges, suite, clock, random });
  const answers = new KeyedRequestStore(database);
  return {
    wanted,
    keeper: new RosterKeeper({ ...stores, rosters, wanted, suite, clock, log, ...(operatorPk && { keyChanges }) }),
    keyChanges,
    grantStore,
    grants,
    subjects: new Subjects({ ...forGrants, grants, store: grantStore, answers, rosters: wanted, clock }),
    groups: new Groups({ store: groupStore, locks, grants: grantStore, rosters: wanted, clock, random }),
    siteSettings: new SiteSettings({ store: settings, locks, rosters: wanted, site }),
  };
}
