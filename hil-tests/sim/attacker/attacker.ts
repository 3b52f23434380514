import type { Link } from "../carriers/link.ts";
import type { Chance } from "../chance.ts";
import type { FaultKind } from "../faults/kinds.ts";
import type { Happening } from "../happening.ts";
import type { StolenGateway } from "./stolen-gateway.ts";

export interface AttackerParts {
  links: readonly (Link | undefined)[];
  chance: Chance;
  faults: ReadonlySet<FaultKind>;
  stolen: StolenGateway;
  tell: (happening: Happening) => void;
}

export const ATTACKS: readonly FaultKind[] = [
  "attack-replay",
  "attack-cross",
  "attack-flood",
  "attack-garbage",
  "attack-connections",
  "attack-stolen-gateway",
];

const HEARD_FRAMES_MAX = 2_000;
const FRAME_BYTES_MAX = 1_100;
const CONNECTIONS = 40;

/** Hears every frame on every link, keeps the last ones, and sends to any lock whatever it likes. It has no key but a gateway's. */
export class Attacker {
  readonly #parts: AttackerParts;
  readonly #heard: { lock: number; bytes: Uint8Array }[] = [];
  #next = 0;

  constructor(parts: AttackerParts) {
    this.#parts = parts;
  }

  see(happening: Happening): void {
    this.#parts.stolen.see(happening);
    if (happening.kind !== "frame" || happening.by === "attacker") return;
    this.#heard[this.#next] = { lock: happening.lock, bytes: happening.bytes };
    this.#next = (this.#next + 1) % HEARD_FRAMES_MAX;
  }

  /** One attack on one lock. */
  strike(lock: number): void {
    const { chance, faults, links, tell } = this.#parts;
    const link = links[lock];
    const attack = chance.pick(ATTACKS.filter((kind) => faults.has(kind)));
    if (!link || !attack) return;
    if (attack === "attack-stolen-gateway") {
      tell({ kind: "fault", fault: attack, lock });
      this.#parts.stolen.strike(lock, link);
      return;
    }
    const frames = this.#framesFor(attack, lock);
    if (frames.length === 0 && attack !== "attack-connections") return;
    tell({ kind: "fault", fault: attack, lock });
    const connections = attack === "attack-connections" ? CONNECTIONS : 1;
    for (let i = 0; i < connections; i++) this.#send(link, frames);
  }

  #framesFor(attack: FaultKind, lock: number): Uint8Array[] {
    const { chance } = this.#parts;
    const heard = (isMeant: (of: number) => boolean) =>
      this.#heard.filter((frame) => isMeant(frame.lock)).map(({ bytes }) => bytes);
    switch (attack) {
      case "attack-replay":
        return this.#someOf(heard((of) => of === lock));
      case "attack-cross":
        return this.#someOf(heard((of) => of !== lock));
      case "attack-flood":
        return this.#someOf(
          heard(() => true),
          100,
        );
      case "attack-garbage":
        return Array.from({ length: 10 }, () => chance.bytes(chance.between(1, FRAME_BYTES_MAX)));
      default:
        return [];
    }
  }

  /** A run of what was heard, in its order: some time ago, or just now, when its keys are still in use. */
  #someOf(frames: Uint8Array[], most = 12): Uint8Array[] {
    const { chance } = this.#parts;
    const isNew = chance.happens(0.5);
    const from = isNew ? Math.max(0, frames.length - 2 * most) : chance.below(Math.max(1, frames.length));
    return frames.slice(from, from + chance.between(1, 2 * most));
  }

  #send(link: Link, frames: readonly Uint8Array[]): void {
    try {
      const line = link.connect("attacker", { receive() {}, lost() {} });
      for (const frame of frames) line.send(frame);
      if (this.#parts.chance.happens(0.5)) line.end();
    } catch {
      // A lock that is off takes no connection.
    }
  }
}
