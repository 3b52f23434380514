import { TransportError } from "../../../gateway/transport/channel.ts";
import type { CarrierKind } from "../../../lock-sim/hal.ts";
import type { Lock } from "../../../lock-sim/lock.ts";
import type { Clock } from "../../../protocol/clock.ts";
import type { Chance } from "../chance.ts";
import type { FaultKind } from "../faults/kinds.ts";
import type { Happening, Sender } from "../happening.ts";
import { faultShareOf } from "./rare-frames.ts";

/** What the ways to one lock have in common, whoever uses them: that they are heard, and that they fail. */
export interface LinkParts {
  index: number;
  lock: Lock;
  /** What the lock takes it for. */
  kind: CarrierKind;
  clock: Clock;
  chance: Chance;
  faultShare: number;
  faults: ReadonlySet<FaultKind>;
  tell: (happening: Happening) => void;
}

const ON_THE_WAY_MS = 3;
const DELAYED_MS_MAX = 20_000;

/** Frames between one lock and whoever talks to it over a carrier that keeps frames whole. */
export class Link {
  readonly #parts: LinkParts;
  readonly #open = new Set<Line>();
  /** Cut through until somebody mends it. */
  isCut = false;

  constructor(parts: LinkParts) {
    this.#parts = parts;
  }

  /** Throws TransportError("unreachable") if the lock takes no connection. */
  connect(by: Sender, ends: LineEnds): Line {
    const line = new Line(this.#parts, this, by, ends);
    if (this.isCut || !line.connect()) throw new TransportError("unreachable", "no lock answers there");
    this.#open.add(line);
    return line;
  }

  get openLines(): number {
    return this.#open.size;
  }

  forget(line: Line): void {
    this.#open.delete(line);
  }

  /** Every connection ends. */
  hangUp(): void {
    for (const line of [...this.#open]) line.end();
  }
}

export interface LineEnds {
  receive: (frame: Uint8Array) => void;
  lost: () => void;
}

/** One connection: frames there, and frames back, in order. */
export class Line {
  readonly #parts: LinkParts;
  readonly #link: Link;
  readonly #by: Sender;
  readonly #ends: LineEnds;
  #connection: number | undefined;
  #freeAtMs = 0;

  constructor(parts: LinkParts, link: Link, by: Sender, ends: LineEnds) {
    this.#parts = parts;
    this.#link = link;
    this.#by = by;
    this.#ends = ends;
  }

  connect(): boolean {
    this.#connection = this.#parts.lock.connect({
      kind: this.#parts.kind,
      send: (frame) => this.#back(frame),
      close: () => this.#gone(),
    });
    return this.#connection !== undefined;
  }

  send(frame: Uint8Array): void {
    const { index, lock, tell } = this.#parts;
    if (this.#connection === undefined) return;
    tell({ kind: "frame", lock: index, by: this.#by, bytes: frame });
    this.#carry(frame, "frame-lost", (arrived) => {
      if (this.#connection !== undefined) lock.receive(this.#connection, arrived);
    });
  }

  /** Hangs up, from this side. */
  end(): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    this.#gone();
    this.#parts.lock.disconnect(connection);
  }

  #back(frame: Uint8Array): void {
    const { index, tell } = this.#parts;
    tell({ kind: "frame", lock: index, by: "lock", bytes: frame });
    this.#carry(frame, "reply-lost", (arrived) => {
      if (this.#connection !== undefined) this.#ends.receive(arrived);
    });
  }

  #carry(frame: Uint8Array, loss: FaultKind, arrive: (frame: Uint8Array) => void): void {
    if (this.#link.isCut) return;
    const { clock } = this.#parts;
    const deliver = (bytes: Uint8Array, delayMs: number) => {
      // What was sent first arrives first.
      this.#freeAtMs = Math.max(this.#freeAtMs, clock.monotonicMs() + delayMs);
      clock.schedule(this.#freeAtMs - clock.monotonicMs(), () => {
        if (!this.#link.isCut) arrive(bytes);
      });
    };
    switch (this.#fault(frame, loss)) {
      case undefined:
        deliver(frame, ON_THE_WAY_MS);
        return;
      case "frame-delayed":
        deliver(frame, this.#parts.chance.between(1, DELAYED_MS_MAX));
        return;
      case "frame-corrupted":
        deliver(withDamage(frame, this.#parts.chance), ON_THE_WAY_MS);
        return;
      case "frame-repeated":
        deliver(frame, ON_THE_WAY_MS);
        deliver(frame, ON_THE_WAY_MS);
        return;
      case "hang-up":
        clock.schedule(0, () => this.end());
        return;
      default:
        return;
    }
  }

  /** What becomes of one frame; undefined if it just arrives. The attacker's own frames arrive. */
  #fault(frame: Uint8Array, loss: FaultKind): FaultKind | undefined {
    const { chance, faultShare, faults, tell, index } = this.#parts;
    if (this.#by === "attacker" || !chance.happens(faultShareOf(frame, faultShare))) return undefined;
    const fault = chance.pick([loss, "frame-delayed", "frame-corrupted", "frame-repeated", "hang-up"] as const);
    if (!faults.has(fault)) return undefined;
    tell({ kind: "fault", fault, lock: index });
    return fault;
  }

  #gone(): void {
    this.#connection = undefined;
    this.#link.forget(this);
    this.#ends.lost();
  }
}

function withDamage(frame: Uint8Array, chance: Chance): Uint8Array {
  const copy = frame.slice();
  copy[chance.below(copy.length)]! ^= 1 << chance.below(8);
  return copy;
}
