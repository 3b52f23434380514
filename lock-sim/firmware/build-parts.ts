import type { Suite } from "../../crypto/suite.ts";
import { type LogRecord, RecordType } from "../../protocol/log/record.ts";
import type { Hal } from "../hal.ts";
import { ActiveRoster } from "./active-roster.ts";
import { Acts } from "./acts.ts";
import { BatteryWatch } from "./battery-watch.ts";
import { Beacon } from "./beacon.ts";
import { BoltControl } from "./bolt-control.ts";
import { SLOT_COUNT } from "./cell-keys.ts";
import { Challenge } from "./challenge.ts";
import { Connections } from "./connections.ts";
import { Diagnostics } from "./diagnostics.ts";
import { CredentialIndex } from "./door/credential-index.ts";
import { KeypadEntry } from "./door/keypad-entry.ts";
import { Lockout } from "./door/lockout.ts";
import { PrivacyWatch } from "./door/privacy-watch.ts";
import { ShownCredentials } from "./door/shown-credentials.ts";
import { OpenedSecrets } from "./door/site-secrets.ts";
import { TagField } from "./door/tag-field.ts";
import { TamperWatch } from "./door/tamper-watch.ts";
import { DoorWatch } from "./door-watch.ts";
import { EventLog } from "./event-log.ts";
import { readGeneration } from "./factory-reset.ts";
import { Journal } from "./journal.ts";
import { LockClock } from "./lock-clock.ts";
import { OpenLimits } from "./open-limits.ts";
import { PairingMode } from "./pairing-mode.ts";
import type { Parts, Product } from "./parts.ts";
import { RefusalLimits } from "./refusal-limits.ts";
import { Slots } from "./slots.ts";
import { StagedPins } from "./staged-pins.ts";
import { StagingWear } from "./staging-wear.ts";
import { Cells } from "./storage/cells.ts";
import { FLASH_MAP } from "./storage/flash-map.ts";
import { GrantTable } from "./storage/grant-table.ts";
import { readIdentity } from "./storage/identity.ts";
import { LogStore } from "./storage/log-store.ts";
import { TrustAnchor } from "./trust-anchor.ts";
import { UseCounts } from "./use-counts.ts";

/** Puts a lock together and loads what flash holds; nothing is recorded yet. Throws if flash holds no identity, or RottenFlash. */
export function buildParts(hal: Hal, suite: Suite, product: Product): Parts {
  const identity = readIdentity(hal.flash);
  if (!identity) throw new Error("this lock has no identity: it never left the factory whole");
  const cells = new Cells(hal.flash, FLASH_MAP.cells);
  cells.load();
  const { generation } = readGeneration(cells);
  const table = new GrantTable(hal.flash, FLASH_MAP.tables, suite, cells);
  table.load();
  const clock = new LockClock(hal.rtc, cells);
  clock.load();
  const slots = new Slots(cells, clock, hal.uptime);
  slots.load();
  const trust = new TrustAnchor(cells);
  trust.load();
  const roster = new ActiveRoster(suite, table);
  roster.load();
  const store = new LogStore(hal.flash, FLASH_MAP.log, suite, cells);
  const uses = new UseCounts(cells, store, clock, table, roster);
  uses.load();
  const { lockId } = identity.label;
  const sigPk = suite.p256PublicKey(identity.sigKey);
  store.recover({ lockId, sigPk, generation }, (records) => keepCounts(records, cells, slots, uses));

  const log = new EventLog(store, clock, cells);
  const journal = new Journal(log, store, slots);
  const bolt = new BoltControl(hal, log, roster);
  const shown = new ShownCredentials(hal.uptime);
  const privacy = new PrivacyWatch(hal.privacy, log);
  const lockout = new Lockout(cells, hal.uptime, roster);
  lockout.load();
  const pairing = new PairingMode();
  return {
    hal,
    suite,
    product,
    identity,
    generation,
    cells,
    table,
    store,
    diagnostics: new Diagnostics(),
    clock,
    log,
    trust,
    slots,
    challenges: Array.from({ length: SLOT_COUNT }, () => new Challenge(hal.entropy, hal.uptime)),
    roster,
    stagedPins: new StagedPins(suite, table),
    stagingWear: new StagingWear(),
    uses,
    journal,
    bolt,
    door: new DoorWatch(hal, bolt, log, roster),
    tamper: new TamperWatch(hal.tamper, log),
    battery: new BatteryWatch(hal, bolt, log),
    keypad: new KeypadEntry(),
    tagField: new TagField(hal.tags),
    secrets: new OpenedSecrets(suite, identity, roster),
    credentials: new CredentialIndex(suite, table),
    lockout,
    shown,
    privacy,
    acts: new Acts({ log, journal, bolt, pairing, roster, shown, privacy, signals: hal.signals }),
    pairing,
    openLimits: new OpenLimits(),
    refusals: new RefusalLimits(),
    connections: new Connections(),
    beacon: new Beacon(store, generation),
  };
}

/**
 * Before the only durable copy of an n or a use count is recycled with the log, it goes to its cell (protocol.md §4,
 * §7).
 */
function keepCounts(records: readonly LogRecord[], cells: Cells, slots: Slots, uses: UseCounts): void {
  const changes = new Map(uses.keep(records));
  for (const { type, slot, n, ref } of records) {
    if (type !== RecordType.intent || n === 0) continue;
    for (const [key, value] of slots.keepCounter(slot, { n, tag: ref })) changes.set(key, value);
  }
  if (changes.size > 0) cells.setAll(changes);
}
