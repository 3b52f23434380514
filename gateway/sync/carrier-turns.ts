import type { Clock } from "../../protocol/clock.ts";

/** How long one lock may go on while another waits; then it goes on after that one. */
const TURN_MS = 10_000;

/**
 * One lock at a time on each line that locks share, a few on the radio, in order of asking: a round of one is not drawn out by those
 * of all others, and one with a thousand grants to bring does not keep the others from theirs.
 */
export class CarrierTurns {
  readonly #clock: Clock;
  readonly #carriers = new Map<string, { taken: number; waiting: (() => void)[] }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when it is this lock's turn on the carrier, on which so many have one together. */
  async take(carrier: string, together = 1): Promise<CarrierTurn> {
    const known = this.#carriers.get(carrier) ?? { taken: 0, waiting: [] };
    this.#carriers.set(carrier, known);
    if (known.taken < together) known.taken++;
    else await new Promise<void>((resolve) => known.waiting.push(resolve));
    return new CarrierTurn(this, carrier, together, this.#clock);
  }

  isAwaited(carrier: string): boolean {
    return (this.#carriers.get(carrier)?.waiting.length ?? 0) > 0;
  }

  pass(carrier: string): void {
    const known = this.#carriers.get(carrier);
    const next = known?.waiting.shift();
    if (next) next();
    else if (known) known.taken--;
  }
}

export class CarrierTurn {
  readonly #turns: CarrierTurns;
  readonly #carrier: string;
  readonly #together: number;
  readonly #clock: Clock;
  #beganAtMs: number;

  constructor(turns: CarrierTurns, carrier: string, together: number, clock: Clock) {
    this.#turns = turns;
    this.#carrier = carrier;
    this.#together = together;
    this.#clock = clock;
    this.#beganAtMs = clock.monotonicMs();
  }

  /** Between two commands: after long enough, lets whoever waits go first. */
  async goOn(): Promise<void> {
    if (!this.#turns.isAwaited(this.#carrier) || this.#clock.monotonicMs() - this.#beganAtMs < TURN_MS) return;
    this.end();
    await this.#turns.take(this.#carrier, this.#together);
    this.#beganAtMs = this.#clock.monotonicMs();
  }

  end(): void {
    this.#turns.pass(this.#carrier);
  }
}
