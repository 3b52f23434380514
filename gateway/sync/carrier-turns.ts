import type { Clock } from "../../protocol/clock.ts";

/** How long one lock may go on while another waits; then it goes on after that one. */
const TURN_MS = 10_000;

/** Whether a lock's turn is for something that can not wait; asked whenever it counts, since it may become so while it waits. */
export type IsUrgent = () => boolean;

interface Waiter {
  isUrgent: IsUrgent;
  begin: () => void;
}

/**
 * One lock at a time on each line that locks share, a few on the radio, in order of asking: a round of one is not drawn out by those
 * of all others, and one with a thousand grants to bring does not keep the others from theirs. Who is urgent goes first, and
 * who is not gives way to it after the command in progress.
 */
export class CarrierTurns {
  readonly #clock: Clock;
  readonly #carriers = new Map<string, { taken: number; waiting: Waiter[] }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when it is this lock's turn on the carrier, on which so many have one together. */
  async take(carrier: string, together = 1, isUrgent: IsUrgent = () => false): Promise<CarrierTurn> {
    await this.wait(carrier, together, isUrgent);
    return new CarrierTurn(this, { carrier, together, isUrgent }, this.#clock);
  }

  async wait(carrier: string, together: number, isUrgent: IsUrgent): Promise<void> {
    const known = this.#carriers.get(carrier) ?? { taken: 0, waiting: [] };
    this.#carriers.set(carrier, known);
    if (known.taken < together) known.taken++;
    else await new Promise<void>((begin) => known.waiting.push({ isUrgent, begin }));
  }

  /** Who waits for the carrier: somebody urgent, others alone, or nobody. */
  awaitedBy(carrier: string): "urgent" | "others" | "nobody" {
    const waiting = this.#carriers.get(carrier)?.waiting ?? [];
    if (waiting.some(({ isUrgent }) => isUrgent())) return "urgent";
    return waiting.length > 0 ? "others" : "nobody";
  }

  pass(carrier: string): void {
    const known = this.#carriers.get(carrier);
    if (!known) return;
    const urgent = known.waiting.findIndex(({ isUrgent }) => isUrgent());
    const [next] = known.waiting.splice(Math.max(0, urgent), 1);
    if (next) next.begin();
    else known.taken--;
  }
}

interface TurnOn {
  carrier: string;
  together: number;
  isUrgent: IsUrgent;
}

export class CarrierTurn {
  readonly #turns: CarrierTurns;
  readonly #on: TurnOn;
  readonly #clock: Clock;
  #beganAtMs: number;

  constructor(turns: CarrierTurns, on: TurnOn, clock: Clock) {
    this.#turns = turns;
    this.#on = on;
    this.#clock = clock;
    this.#beganAtMs = clock.monotonicMs();
  }

  /** Between two commands: lets whoever may go first do so. */
  async goOn(): Promise<void> {
    if (!this.#givesWay()) return;
    const { carrier, together, isUrgent } = this.#on;
    this.end();
    await this.#turns.wait(carrier, together, isUrgent);
    this.#beganAtMs = this.#clock.monotonicMs();
  }

  end(): void {
    this.#turns.pass(this.#on.carrier);
  }

  #givesWay(): boolean {
    const isOver = this.#clock.monotonicMs() - this.#beganAtMs >= TURN_MS;
    const isUrgent = this.#on.isUrgent();
    switch (this.#turns.awaitedBy(this.#on.carrier)) {
      case "urgent":
        return isOver || !isUrgent;
      case "others":
        return isOver && !isUrgent;
      case "nobody":
        return false;
    }
  }
}
