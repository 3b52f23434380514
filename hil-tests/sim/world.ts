import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Suite } from "../../crypto/suite.ts";
import { SLOT_COUNT } from "../../lock-sim/firmware/cell-keys.ts";
import { VirtualClock } from "../../protocol/testing/virtual-clock.ts";
import { fromHex, toHex } from "../../protocol/wire/bytes.ts";
import { ATTACKS, Attacker } from "./attacker/attacker.ts";
import { StolenGateway } from "./attacker/stolen-gateway.ts";
import { Link } from "./carriers/link.ts";
import { Wire } from "./carriers/wire.ts";
import { Chance } from "./chance.ts";
import { type Coverage, countFault, emptyCoverage } from "./coverage.ts";
import { GATEWAY_FAULTS, strikeGateway } from "./faults/gateway-faults.ts";
import type { FaultKind } from "./faults/kinds.ts";
import { LOCK_FAULTS, strikeLock } from "./faults/lock-faults.ts";
import { Strikes } from "./faults/strikes.ts";
import type { Happening } from "./happening.ts";
import { Judge } from "./judge.ts";
import { changeSettings } from "./people/caretaker.ts";
import { liveInside } from "./people/insiders.ts";
import { Installer } from "./people/installer.ts";
import { operate } from "./people/operator.ts";
import { again, type Door } from "./people/person.ts";
import { Residents } from "./people/residents.ts";
import type { Plan } from "./plan.ts";
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
const DAY_MS = 24 * HOUR_MS;
const SLOTS = Array.from({ length: SLOT_COUNT }, (_, slot) => slot);
const LINK_CUT_MS = HOUR_MS;

/** A world as a plan draws it, under one virtual time: gateways, locks, backends, people, and everything that goes wrong. */
export class World {
  readonly clock = new VirtualClock();
  readonly plan: Plan;
  readonly sites: SimSite[];
  readonly locks: SimLock[];
  readonly installers: Installer[] = [];
  readonly judge: Judge;
  readonly trace: Trace;
  readonly coverage: Coverage = emptyCoverage();
  readonly #folder: string;
  readonly #chance: Chance;
  readonly #strikes: Strikes;
  readonly #states: StateOfTalk[];
  readonly #links: (Link | undefined)[] = [];
  readonly #wires: Wire[] = [];
  readonly #attacker: Attacker;
  readonly #indexes = new Map<string, number>();
  #isOver = false;

  constructor({ plan, suites, folder, keep }: WorldParts) {
    this.plan = plan;
    this.#folder = mkdtempSync(join(folder, "portvakt-sim-"));
    this.#chance = new Chance(`world ${plan.seed}`);
    this.trace = new Trace(keep);
    const tell = (happening: Happening) => this.tell(happening);
    this.judge = new Judge({
      readTable: (lock) => this.#tableOf(lock),
      boltOf: (lock) => this.locks[lock]!.lock.hardware.bolt.position(),
      readClock: (lock) => this.#clockOf(lock),
      readCounters: (lock) => this.#countersOf(lock),
      readReceipted: (lock) => this.#receiptedOf(lock),
      siteOf: (lock) => plan.locks[lock]!.site,
      hasUplink: (lock) => plan.sites[plan.locks[lock]!.site]!.hasUplink,
      indexOf: (lockId) => this.#indexOf(lockId),
    });
    const suite = {
      gateway: this.judge.nonces.watch(suites.gateway),
      firmware: this.judge.nonces.watch(suites.firmware),
    };
    this.#states = plan.locks.map(() => new StateOfTalk());
    this.#strikes = new Strikes(this.clock, this.#chance.fork("strikes"));
    this.locks = plan.locks.map((lockPlan, index) => {
      const chance = this.#chance.fork(`lock ${index}`);
      const lock = new SimLock({ index, plan: lockPlan, clock: this.clock, chance, suite: suite.firmware, tell });
      this.#indexes.set(lock.lockId, index);
      return lock;
    });
    const places = plan.sites.map((_, site) => this.#layLines(site, tell));
    this.#attacker = new Attacker({
      links: this.#links,
      chance: this.#chance.fork("attacker"),
      faults: plan.faults,
      stolen: this.#stolenGateway(),
      tell,
    });
    this.sites = plan.sites.map((sitePlan, index) => {
      const chance = this.#chance.fork(`site ${index}`);
      const backend = new SimBackend({
        site: index,
        suite: suites.gateway,
        clock: this.clock,
        chance: chance.fork("backend"),
        faults: plan.faults,
        faultShare: 0.05,
        tell,
        indexOf: (lockId) => this.#indexes.get(lockId)!,
      });
      return new SimSite({
        index,
        plan: sitePlan,
        folder: join(this.#folder, `site-${index}`),
        suite: suite.gateway,
        clock: this.clock,
        chance,
        backend,
        ...places[index]!,
        indexOf: (lockId) => this.#indexOf(lockId),
        tell,
      });
    });
  }

  tell(happening: Happening): void {
    const atMs = this.clock.monotonicMs();
    this.trace.add(atMs, happening);
    if ("lock" in happening && happening.lock !== undefined) this.#states[happening.lock]?.see(happening, atMs);
    if (happening.kind === "fault") countFault(this.coverage, happening.fault, this.#statesHitBy(happening, atMs));
    this.judge.see(happening, atMs);
    this.#attacker.see(happening);
    this.#strikes.see(happening);
  }

  start(): void {
    for (const site of this.sites) site.start();
    for (const lock of this.locks) {
      lock.lock.powerOn();
      const { sigKey } = lock.lock.firmware!.inside.identity;
      const site = this.sites[lock.plan.site]!;
      site.backend.register(lock.lockId, this.judge.suite.p256PublicKey(sigKey));
    }
    const pins = this.sites.map(() => new Map<string, Set<string>>());
    for (const lock of this.locks) this.#settle(lock, pins[lock.plan.site]!);
    for (const site of this.sites) this.#trouble(site);
  }

  /** Ends what people and faults do, and mends everything that is broken. */
  heal(): void {
    this.#isOver = true;
    this.#strikes.forgetAll();
    for (const wire of this.#wires) wire.isCut = false;
    for (const link of this.#links) {
      if (link) {
        link.isCut = false;
        link.hangUp();
      }
    }
    for (const site of this.sites) {
      site.backend.isAway = false;
      site.backend.isHealed = true;
      site.clock.keepRight();
    }
    for (const { lock } of this.locks) {
      lock.disturb(({ bolt }) => bolt.jam(false));
      lock.setBattery(6_000);
      lock.hardware.flash.powerOn();
      lock.powerOn();
      lock.setDoor(false);
    }
    for (const { parts } of this.#quietable) parts.faultShare = 0;
  }

  /** People look after what does not get well by itself, and do what the gateway's sentence says. */
  callForHelp(): void {
    for (const installer of this.installers) installer.look();
    for (const lock of this.locks) this.#setClockIfAsked(lock);
  }

  close(): void {
    for (const site of this.sites) site.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  readonly #quietable: { parts: { faultShare: number } }[] = [];

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

  /** The ways to the locks of one site, and where each of them leads. */
  #layLines(site: number, tell: (happening: Happening) => void) {
    const links = new Map<string, Link>();
    const wires = new Map<string, Wire>();
    const wire = new Wire();
    let address = 0;
    for (const lock of this.locks) {
      if (lock.plan.site !== site) continue;
      const parts = {
        index: lock.index,
        lock: lock.lock,
        clock: this.clock,
        chance: this.#chance.fork(`link ${lock.index}`),
        faultShare: lock.plan.faultShare,
        faults: this.plan.faults,
        tell,
      };
      this.#quietable.push({ parts });
      if (lock.plan.carrier === "serial") {
        wires.set("/dev/ttyS0", wire);
        wire.place(++address, parts);
        this.#vias[lock.index] = `serial:/dev/ttyS0?address=${address}`;
      } else {
        const via = `tcp://lock-${lock.index}.example:7000`;
        const link = new Link(parts);
        links.set(via, link);
        this.#links[lock.index] = link;
        this.#vias[lock.index] = via;
      }
    }
    if (wires.size > 0) this.#wires[site] = wire;
    return { links, wires };
  }

  readonly #vias: string[] = [];

  #settle(lock: SimLock, pins: Map<string, Set<string>>): void {
    const chance = this.#chance.fork(`people ${lock.index}`);
    const door: Door = {
      lock,
      site: this.sites[lock.plan.site]!,
      clock: this.clock,
      chance,
      tell: (happening) => this.tell(happening),
      isOver: () => this.#isOver,
    };
    const { visitEveryMs, residents, carers } = lock.plan;
    const installer = new Installer(door, this.#vias[lock.index]!);
    this.installers.push(installer);
    installer.attend(60 * DAY_MS);
    new Residents(door, visitEveryMs, pins).attend(residents, carers);
    operate(door, 3 * visitEveryMs);
    liveInside(door, 2 * visitEveryMs);
    changeSettings(door, 14 * DAY_MS);
    again(door, this.plan.faultEveryMs, () => this.#strikeLock(lock));
  }

  #strikeLock(lock: SimLock): void {
    const { index } = lock;
    const isNear = (other: number) => other === index;
    const fault = this.#chance.pick([...LOCK_FAULTS, ...ATTACKS, "hang-up", "link-cut"] as const) as FaultKind;
    if (!this.plan.faults.has(fault)) return;
    const note = () => this.tell({ kind: "fault", fault, lock: index });
    this.#strikes.soon(isNear, () => {
      if (this.#isOver) return;
      if (ATTACKS.includes(fault)) this.#attacker.strike(index);
      else if (fault === "hang-up" || fault === "link-cut") this.#strikeLink(index, fault);
      else strikeLock(lock, fault, this.#chance, this.clock, note);
    });
  }

  #strikeLink(index: number, fault: "hang-up" | "link-cut"): void {
    const link = this.#links[index];
    const wire = this.#wires[this.plan.locks[index]!.site];
    if (!link && !wire) return;
    if (fault === "hang-up") {
      this.tell({ kind: "fault", fault: link ? "hang-up" : "port-unplugged", lock: index });
      if (link) link.hangUp();
      else wire!.unplug();
      return;
    }
    this.tell({ kind: "fault", fault, lock: index });
    const way = link ?? wire!;
    way.isCut = true;
    this.clock.schedule(this.#chance.around(LINK_CUT_MS), () => {
      way.isCut = false;
    });
  }

  #trouble(site: SimSite): void {
    const isNear = (lock: number) => this.plan.locks[lock]!.site === site.index;
    const strikeAgain = {
      clock: this.clock,
      chance: this.#chance.fork(`trouble ${site.index}`),
      isOver: () => this.#isOver,
    };
    again(strikeAgain, this.plan.faultEveryMs, () => {
      const fault = this.#chance.pick([...GATEWAY_FAULTS, "backend-away", "backend-forgets"] as const) as FaultKind;
      if (!this.plan.faults.has(fault)) return;
      const note = () => this.tell({ kind: "fault", fault, site: site.index });
      this.#strikes.soon(isNear, () => {
        if (this.#isOver) return;
        if (fault === "backend-away") {
          note();
          site.backend.isAway = true;
          this.clock.schedule(this.#chance.around(DAY_MS), () => {
            site.backend.isAway = false;
          });
        } else if (fault === "backend-forgets") {
          note();
          site.backend.forget();
        } else strikeGateway(site, fault, this.#chance, note, this.clock.wallMs());
      });
    });
  }

  #statesHitBy({ lock, site }: Happening & { kind: "fault" }, atMs: number): Set<ProtocolState> {
    const locks =
      lock !== undefined ? [lock] : this.locks.filter(({ plan }) => plan.site === site).map(({ index }) => index);
    for (const index of locks) {
      const { firmware } = this.locks[index]!.lock;
      this.#states[index]!.isStaging = firmware?.inside.table.staging !== undefined;
    }
    return new Set(locks.flatMap((index) => this.#states[index]!.now(atMs)));
  }

  #tableOf(lock: number): Uint8Array[] {
    const active = this.locks[lock]!.lock.firmware?.inside.table.active;
    return active ? Array.from(active.entries(), ({ document }) => document) : [];
  }

  #clockOf(lock: number): { now: number; own: number } | undefined {
    const clock = this.locks[lock]!.lock.firmware?.inside.clock;
    return clock && !clock.isUncertain() ? { now: clock.now(), own: clock.ownSeconds() } : undefined;
  }

  #countersOf(lock: number): (number | undefined)[] {
    const slots = this.locks[lock]!.lock.firmware?.inside.slots;
    return slots ? SLOTS.map((slot) => slots.at(slot)?.counter.n) : [];
  }

  #receiptedOf(lock: number): { generation: number; seq: number } | undefined {
    const inside = this.locks[lock]!.lock.firmware?.inside;
    return inside && { generation: inside.generation, seq: inside.store.acknowledged(inside.generation) };
  }

  #stolenGateway(): StolenGateway {
    const siteOf = (lock: number) => this.sites[this.plan.locks[lock]!.site]!;
    return new StolenGateway({
      clock: this.clock,
      chance: this.#chance.fork("stolen gateway"),
      readTable: (lock) => this.#tableOf(lock),
      slotOf: (lock) => siteOf(lock).process?.composed.locks.slot(this.locks[lock]!.lockId),
      publicKeysOf: (lock) => ({ lockId: fromHex(this.locks[lock]!.lockId), ...siteOf(lock).publicKeys }),
    });
  }

  #indexOf(lockId: Uint8Array): number {
    return this.#indexes.get(toHex(lockId))!;
  }
}
