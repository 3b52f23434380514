import type { Suite } from "../../crypto/suite.ts";
import type { Hal } from "../hal.ts";
import type { ActiveRoster } from "./active-roster.ts";
import type { Acts } from "./acts.ts";
import type { BatteryWatch } from "./battery-watch.ts";
import type { Beacon } from "./beacon.ts";
import type { BoltControl } from "./bolt-control.ts";
import type { Challenge } from "./challenge.ts";
import type { Connections } from "./connections.ts";
import type { Diagnostics } from "./diagnostics.ts";
import type { CredentialIndex } from "./door/credential-index.ts";
import type { KeypadEntry } from "./door/keypad-entry.ts";
import type { Lockout } from "./door/lockout.ts";
import type { PrivacyWatch } from "./door/privacy-watch.ts";
import type { ShownCredentials } from "./door/shown-credentials.ts";
import type { OpenedSecrets } from "./door/site-secrets.ts";
import type { TagField } from "./door/tag-field.ts";
import type { TamperWatch } from "./door/tamper-watch.ts";
import type { DoorWatch } from "./door-watch.ts";
import type { EventLog } from "./event-log.ts";
import type { Journal } from "./journal.ts";
import type { LockClock } from "./lock-clock.ts";
import type { OpenLimits } from "./open-limits.ts";
import type { PairingMode } from "./pairing-mode.ts";
import type { RefusalLimits } from "./refusal-limits.ts";
import type { Slots } from "./slots.ts";
import type { StagedPins } from "./staged-pins.ts";
import type { StagingWear } from "./staging-wear.ts";
import type { Cells } from "./storage/cells.ts";
import type { GrantTable } from "./storage/grant-table.ts";
import type { Identity } from "./storage/identity.ts";
import type { LogStore } from "./storage/log-store.ts";
import type { TrustAnchor } from "./trust-anchor.ts";
import type { UseCounts } from "./use-counts.ts";

/** What the maker says of this lock; goes into lockInfo (protocol.md §2). */
export interface Product {
  /** At most 32 bytes. */
  readonly model: string;
  readonly hardware: number;
  readonly firmware: number;
}

/** All that a running lock consists of. Made anew at every boot: nothing in RAM outlives the power. */
export interface Parts {
  readonly hal: Hal;
  readonly suite: Suite;
  readonly product: Product;
  readonly identity: Identity;
  readonly generation: number;
  readonly cells: Cells;
  readonly table: GrantTable;
  readonly store: LogStore;
  readonly diagnostics: Diagnostics;
  readonly clock: LockClock;
  readonly log: EventLog;
  readonly trust: TrustAnchor;
  readonly slots: Slots;
  /** One per slot, drawn at boot. */
  readonly challenges: readonly Challenge[];
  readonly roster: ActiveRoster;
  readonly stagedPins: StagedPins;
  readonly stagingWear: StagingWear;
  readonly uses: UseCounts;
  readonly journal: Journal;
  readonly bolt: BoltControl;
  readonly door: DoorWatch;
  readonly tamper: TamperWatch;
  readonly battery: BatteryWatch;
  readonly keypad: KeypadEntry;
  readonly tagField: TagField;
  readonly secrets: OpenedSecrets;
  readonly credentials: CredentialIndex;
  readonly lockout: Lockout;
  readonly shown: ShownCredentials;
  readonly privacy: PrivacyWatch;
  readonly acts: Acts;
  readonly pairing: PairingMode;
  readonly openLimits: OpenLimits;
  readonly refusals: RefusalLimits;
  readonly connections: Connections;
  readonly beacon: Beacon;
}
