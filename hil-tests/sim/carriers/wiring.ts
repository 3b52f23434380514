import type { Clock } from "../../../protocol/clock.ts";
import type { Chance } from "../chance.ts";
import type { FaultKind } from "../faults/kinds.ts";
import type { Happening } from "../happening.ts";
import type { SimLock } from "../sim-lock.ts";
import { Link, type LinkParts } from "./link.ts";
import { Wire } from "./wire.ts";

export interface WiringParts {
  locks: readonly SimLock[];
  clock: Clock;
  chance: Chance;
  faults: ReadonlySet<FaultKind>;
  tell: (happening: Happening) => void;
}

const PORT = "/dev/ttyS0";

/** All ways to the locks: from gateways a link to each lock on TCP and one serial line a site for the others, and a radio at each. */
export class Wiring {
  /** By lock; none for a lock on a serial line. */
  readonly links: (Link | undefined)[] = [];
  /** By lock: what phones at the door use. */
  readonly radios: Link[] = [];
  /** By lock: the way as the API has it. */
  readonly vias: string[] = [];
  readonly #linksOf = new Map<number, Map<string, Link>>();
  readonly #wiresOf = new Map<number, Map<string, Wire>>();
  readonly #siteOf: number[] = [];
  readonly #parts: LinkParts[] = [];

  constructor({ locks, clock, chance, faults, tell }: WiringParts) {
    const addresses = new Map<number, number>();
    for (const { index, lock, plan } of locks) {
      const { site, faultShare } = plan;
      const shared = { index, lock, clock, faultShare, faults, tell };
      const parts = { ...shared, kind: "wire", chance: chance.fork(`link ${index}`) } as const;
      const radio: LinkParts = { ...shared, kind: "ble", chance: chance.fork(`radio ${index}`) };
      this.#parts.push(parts, radio);
      this.radios.push(new Link(radio));
      this.#siteOf[index] = site;
      if (plan.carrier === "tcp") this.#layLink(site, parts);
      else {
        const address = (addresses.get(site) ?? 0) + 1;
        addresses.set(site, address);
        this.#layWire(site, address, parts);
      }
    }
  }

  /** The ways that a gateway has, by what it calls them. */
  of(site: number): { links: ReadonlyMap<string, Link>; wires: ReadonlyMap<string, Wire> } {
    return { links: this.#linksOf.get(site) ?? new Map(), wires: this.#wiresOf.get(site) ?? new Map() };
  }

  /** Every connection to the lock ends; returns what happened to its carrier. */
  hangUp(lock: number): "hang-up" | "port-unplugged" {
    const way = this.#wayTo(lock);
    if (way instanceof Link) {
      way.hangUp();
      return "hang-up";
    }
    way.unplug();
    return "port-unplugged";
  }

  cut(lock: number, isCut: boolean): void {
    this.#wayTo(lock).isCut = isCut;
  }

  /** From now on every way works, and nobody else is on it. */
  mend(): void {
    for (const parts of this.#parts) {
      parts.faultShare = 0;
      this.cut(parts.index, false);
      this.links[parts.index]?.hangUp();
      this.radios[parts.index]?.hangUp();
    }
  }

  #wayTo(lock: number): Link | Wire {
    return this.links[lock] ?? this.#wiresOf.get(this.#siteOf[lock]!)!.get(PORT)!;
  }

  #layLink(site: number, parts: LinkParts): void {
    const via = `tcp://lock-${parts.index}.example:7000`;
    const link = new Link(parts);
    this.links[parts.index] = link;
    this.vias[parts.index] = via;
    this.#linksOf.set(site, (this.#linksOf.get(site) ?? new Map<string, Link>()).set(via, link));
  }

  #layWire(site: number, address: number, parts: LinkParts): void {
    const wires = this.#wiresOf.get(site) ?? new Map([[PORT, new Wire()]]);
    this.#wiresOf.set(site, wires);
    wires.get(PORT)!.place(address, parts);
    this.vias[parts.index] = `serial:${PORT}?address=${address}`;
  }
}
