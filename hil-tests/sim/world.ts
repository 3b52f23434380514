import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Suite } from "../../crypto/suite.ts";
import { VirtualClock } from "../../protocol/testing/virtual-clock.ts";
import { fromHex, toHex } from "../../protocol/wire/bytes.ts";
import { Attacker } from "./attacker/attacker.ts";
import { StolenGateway } from "./attacker/stolen-gateway.ts";
import { Wiring } from "./carriers/wiring.ts";
import { Chance } from "./chance.ts";
import { type Coverage, countFault, emptyCoverage } from "./coverage.ts";
import { Trouble } from "./faults/trouble.ts";
import type { Happening } from "./happening.ts";
import { Judge } from "./judge.ts";
import { clockOf, countersOf, isStaging, receiptedOf, tableOf } from "./oracle/inside-lock.ts";
import { moveIn } from "./people/household.ts";
import type { Installer } from "./people/installer.ts";
import type { Plan, SitePlan } from "./plan.ts";
import { type ProtocolState, StateOfTalk } from "./protocol-state.ts";
import { SimBackend } from "./sim-backend.ts";
import { SimLock } from "./sim-lock.ts";
import { SimSite } from "./sim-site.ts";
import { Trace } from "./trace.ts";

export interface WorldParts {
  plan: Plan;
  /** Both sides'; deterministic. */
  suites: { gateway: Suite; firmware: Suite };
  /** Where the gateways' disks may be; nothing that happens depends on it. */
  folder: string;
  /** Gets every line of the trace. */
  keep?: (line: string) => void;
}

const HOUR_MS = 3_600_000;
/** How many of a backend's answers meet a fault. */
const BACKEND_FAULT_SHARE = 0.05;

/** A world as a plan draws it, under one virtual time: gateways, locks, backends, people, and everything that goes wrong. */
export class World {
  readonly clock = new VirtualClock();
  readonly plan: Plan;
  readonly sites: SimSite[];
  readonly locks: SimLock[];
  readonly judge: Judge;
  readonly trace: Trace;
  readonly coverage: Coverage = emptyCoverage();
  readonly #installers: Installer[] = [];
  readonly #folder: string;
  readonly #chance: Chance;
  readonly #states: StateOfTalk[];
  readonly #wiring: Wiring;
  readonly #attacker: Attacker;
  readonly #trouble: Trouble;
  readonly #indexes = new Map<string, number>();
  #isOver = false;

  constructor({ plan, suites, folder, keep }: WorldParts) {
    const { clock } = this;
    const { faults } = plan;
    const chance = new Chance(`world ${plan.seed}`);
    const tell = (happening: Happening) => this.tell(happening);
    this.plan = plan;
    this.#chance = chance;
    this.#folder = mkdtempSync(join(folder, "portvakt-sim-"));
    this.trace = new Trace(keep);
    this.judge = this.#judge();
    this.#states = plan.locks.map(() => new StateOfTalk());
    const firmwareSuite = this.judge.nonces.watch(suites.firmware);
    this.locks = plan.locks.map((lockPlan, index) => {
      const own = chance.fork(`lock ${index}`);
      return new SimLock({ index, plan: lockPlan, clock, chance: own, suite: firmwareSuite, tell });
    });
    for (const { lockId, index } of this.locks) this.#indexes.set(lockId, index);
    const wiring = new Wiring({ locks: this.locks, clock, chance, faults, tell });
    this.#wiring = wiring;
    const gatewaySuite = this.judge.nonces.watch(suites.gateway);
    this.sites = plan.sites.map((sitePlan, index) => this.#site(index, sitePlan, gatewaySuite));
    const stolen = this.#stolenGateway();
    this.#attacker = new Attacker({ links: wiring.links, chance: chance.fork("attacker"), faults, stolen, tell });
    const isOver = () => this.#isOver;
    const own = chance.fork("trouble");
    this.#trouble = new Trouble({ plan, clock, chance: own, wiring, attacker: this.#attacker, tell, isOver });
  }

  tell(happening: Happening): void {
    const atMs = this.clock.monotonicMs();
    this.trace.add(atMs, happening);
    if ("lock" in happening && happening.lock !== undefined) this.#states[happening.lock]?.see(happening, atMs);
    if (happening.kind === "fault") countFault(this.coverage, happening.fault, this.#statesHitBy(happening, atMs));
    this.judge.see(happening, atMs);
    this.#attacker.see(happening);
    this.#trouble.see(happening);
  }

  start(): void {
    for (const site of this.sites) site.start();
    const pins = this.sites.map(() => new Map<string, Set<string>>());
    for (const lock of this.locks) {
      lock.lock.powerOn();
      const site = this.sites[lock.plan.site]!;
      site.backend.register(lock.lockId, lock.sigPk);
      const chance = this.#chance.fork(`people ${lock.index}`);
      const tell = (happening: Happening) => this.tell(happening);
      const door = { lock, site, clock: this.clock, chance, tell, isOver: () => this.#isOver };
      this.#installers.push(
        moveIn(door, this.#wiring.vias[lock.index]!, this.#wiring.radios[lock.index]!, pins[site.index]!),
      );
      this.#trouble.hauntLock(lock);
    }
    for (const site of this.sites) this.#trouble.hauntSite(site);
  }

  /** Ends what people and faults do, and mends everything that is broken. */
  heal(): void {
    this.#isOver = true;
    this.#trouble.end();
    this.#wiring.mend();
    for (const site of this.sites) site.heal();
    for (const lock of this.locks) lock.heal();
  }

  /** People look after what does not get well by itself, and do what the gateway's sentence says. */
  callForHelp(): void {
    for (const lock of this.locks) this.#setClockIfAsked(lock);
    for (const installer of this.#installers) installer.help();
  }

  close(): void {
    for (const site of this.sites) site.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #judge(): Judge {
    const { plan } = this;
    const lockAt = (lock: number) => this.locks[lock]!.lock;
    return new Judge({
      readTable: (lock) => tableOf(lockAt(lock)),
      boltOf: (lock) => lockAt(lock).hardware.bolt.position(),
      readClock: (lock) => clockOf(lockAt(lock)),
      readCounters: (lock) => countersOf(lockAt(lock)),
      readReceipted: (lock) => receiptedOf(lockAt(lock)),
      siteOf: (lock) => plan.locks[lock]!.site,
      hasUplink: (lock) => plan.sites[plan.locks[lock]!.site]!.hasUplink,
      indexOf: (lockId) => this.#indexOf(lockId),
    });
  }

  #site(index: number, plan: SitePlan, suite: Suite): SimSite {
    const { clock } = this;
    const chance = this.#chance.fork(`site ${index}`);
    const tell = (happening: Happening) => this.tell(happening);
    const backend = new SimBackend({
      site: index,
      suite: this.judge.suite,
      clock,
      chance: chance.fork("backend"),
      faults: this.plan.faults,
      faultShare: BACKEND_FAULT_SHARE,
      tell,
      indexOf: (lockId) => this.#indexOf(fromHex(lockId)),
    });
    const indexOf = (lockId: Uint8Array) => this.#indexOf(lockId);
    const folder = join(this.#folder, `site-${index}`);
    return new SimSite({
      index,
      plan,
      folder,
      suite,
      clock,
      chance,
      backend,
      ...this.#wiring.of(index),
      indexOf,
      tell,
    });
  }

  #stolenGateway(): StolenGateway {
    const siteOf = (lock: number) => this.sites[this.plan.locks[lock]!.site]!;
    return new StolenGateway({
      clock: this.clock,
      chance: this.#chance.fork("stolen gateway"),
      readTable: (lock) => tableOf(this.locks[lock]!.lock),
      slotOf: (lock) => siteOf(lock).process?.composed.locks.slot(this.locks[lock]!.lockId),
      publicKeysOf: (lock) => ({ lockId: fromHex(this.locks[lock]!.lockId), ...siteOf(lock).publicKeys }),
    });
  }

  /** The gateway only takes notice of a clock that is moved. */
  #setClockIfAsked({ lockId, plan }: SimLock): void {
    const { process, clock } = this.sites[plan.site]!;
    const sentence = () => process?.composed.services.sync.status(lockId)?.sentence ?? "";
    if (!sentence().includes("Set the machine's clock")) return;
    clock.setWall(this.clock.wallMs() + HOUR_MS);
    sentence();
    clock.keepRight();
    sentence();
  }

  #statesHitBy({ lock, site }: Happening & { kind: "fault" }, atMs: number): Set<ProtocolState> {
    const hit = lock !== undefined ? [this.locks[lock]!] : this.locks.filter(({ plan }) => plan.site === site);
    const states = new Set<ProtocolState>(hit.flatMap(({ index }) => this.#states[index]!.now(atMs)));
    if (hit.some((one) => isStaging(one.lock))) states.add("roster staged");
    if (site !== undefined && this.sites[site]!.backend.isBusy) states.add("uplink in flight");
    return states;
  }

  #indexOf(lockId: Uint8Array): number {
    return this.#indexes.get(toHex(lockId))!;
  }
}
