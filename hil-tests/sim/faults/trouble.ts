import type { Clock } from "../../../protocol/clock.ts";
import { ATTACKS, type Attacker } from "../attacker/attacker.ts";
import type { Wiring } from "../carriers/wiring.ts";
import type { Chance } from "../chance.ts";
import type { Happening } from "../happening.ts";
import { again } from "../people/person.ts";
import type { Plan } from "../plan.ts";
import type { SimLock } from "../sim-lock.ts";
import type { SimSite } from "../sim-site.ts";
import { GATEWAY_FAULTS, strikeGateway } from "./gateway-faults.ts";
import type { FaultKind } from "./kinds.ts";
import { LOCK_FAULTS, strikeLock } from "./lock-faults.ts";
import { Strikes } from "./strikes.ts";

export interface TroubleParts {
  plan: Plan;
  clock: Clock;
  chance: Chance;
  wiring: Wiring;
  attacker: Attacker;
  tell: (happening: Happening) => void;
  isOver: () => boolean;
}

const LINK_CUT_MS = 3_600_000;
const BACKEND_AWAY_MS = 24 * 3_600_000;

const AT_LOCKS: readonly FaultKind[] = [...LOCK_FAULTS, ...ATTACKS, "hang-up", "link-cut"];
const AT_SITES: readonly FaultKind[] = [...GATEWAY_FAULTS, "backend-away", "backend-forgets"];

/** Sees to it that everything goes wrong that the plan has, again and again, at every place. */
export class Trouble {
  readonly #parts: TroubleParts;
  readonly #strikes: Strikes;

  constructor(parts: TroubleParts) {
    this.#parts = parts;
    this.#strikes = new Strikes(parts.clock, parts.chance.fork("strikes"));
  }

  see(happening: Happening): void {
    this.#strikes.see(happening);
  }

  /** What is due and has not struck yet never does. */
  end(): void {
    this.#strikes.forgetAll();
  }

  hauntLock(lock: SimLock): void {
    const { index } = lock;
    this.#again(
      `lock ${index}`,
      AT_LOCKS,
      (other) => other === index,
      (fault, chance) => this.#strikeLock(lock, fault, chance),
    );
  }

  hauntSite(site: SimSite): void {
    const { plan } = this.#parts;
    const isNear = (lock: number) => plan.locks[lock]!.site === site.index;
    this.#again(`site ${site.index}`, AT_SITES, isNear, (fault, chance) => this.#strikeSite(site, fault, chance));
  }

  #again(
    place: string,
    kinds: readonly FaultKind[],
    isNear: (lock: number) => boolean,
    strike: (fault: FaultKind, chance: Chance) => void,
  ): void {
    const { plan, clock, isOver } = this.#parts;
    const chance = this.#parts.chance.fork(place);
    const possible = kinds.filter((fault) => plan.faults.has(fault));
    again({ clock, chance, isOver }, plan.faultEveryMs, () => {
      const fault = chance.pick(possible);
      if (fault === undefined) return;
      this.#strikes.soon(isNear, () => {
        if (!isOver()) strike(fault, chance);
      });
    });
  }

  #strikeLock(lock: SimLock, fault: FaultKind, chance: Chance): void {
    const { clock, wiring, attacker, tell } = this.#parts;
    const { index } = lock;
    if (ATTACKS.includes(fault)) attacker.strike(index);
    else if (fault === "hang-up") tell({ kind: "fault", fault: wiring.hangUp(index), lock: index });
    else if (fault === "link-cut") {
      tell({ kind: "fault", fault, lock: index });
      wiring.cut(index, true);
      clock.schedule(chance.around(LINK_CUT_MS), () => wiring.cut(index, false));
    } else strikeLock(lock, fault, chance, clock, () => tell({ kind: "fault", fault, lock: index }));
  }

  #strikeSite(site: SimSite, fault: FaultKind, chance: Chance): void {
    const { clock, tell } = this.#parts;
    const { backend } = site;
    const note = () => tell({ kind: "fault", fault, site: site.index });
    if (fault === "backend-away") {
      note();
      backend.isAway = true;
      clock.schedule(chance.around(BACKEND_AWAY_MS), () => {
        backend.isAway = false;
      });
    } else if (fault === "backend-forgets") {
      note();
      backend.failSoon();
    } else strikeGateway(site, fault, chance, note, clock.wallMs());
  }
}
