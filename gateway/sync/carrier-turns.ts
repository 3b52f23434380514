import type { Clock } from "../../protocol/clock.ts";

/** How long one lock may go on while another waits; then it goes on after that one. */
const TURN_MS = 10_000;

/**
 * One lock at a time on each carrier that locks share, in order of asking: a round of one is not drawn out by those of all others,
 * and one with a thousand grants to bring does not keep the others from theirs.
 */
export class CarrierTurns {
  readonly #clock: Clock;
  readonly #waiting = new Map<string, (() => void)[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when it is this lock's turn on the carrier. */
  async take(carrier: string): Promise<CarrierTurn> {
    const waiting = this.#waiting.get(carrier);
    if (waiting) await new Promise<void>((resolve) => waiting.push(resolve));
    else this.#waiting.set(carrier, []);
    return new CarrierTurn(this, carrier, this.#clock);
  }

  isAwaited(carrier: string): boolean {
    return (this.#waiting.get(carrier)?.length ?? 0) > 0;
  }

  pass(carrier: string): void {
    const next = this.#waiting.get(carrier)?.shift();
    if (next) next();
    else this.#waiting.delete(carrier);
  }
}

export class CarrierTurn {
  readonly #turns: CarrierTurns;
  readonly #carrier: string;
  readonly #clock: Clock;
  #beganAtMs: number;

  constructor(turns: CarrierTurns, carrier: string, clock: Clock) {
    this.#turns = turns;
    this.#carrier = carrier;
    this.#clock = clock;
    this.#beganAtMs = clock.monotonicMs();
  }

  /** Between two commands: after long enough, lets whoever waits go first. */
  async goOn(): Promise<void> {
    if (!this.#turns.isAwaited(this.#carrier) || this.#clock.monotonicMs() - this.#beganAtMs < TURN_MS) return;
    this.end();
    await this.#turns.take(this.#carrier);
    this.#beganAtMs = this.#clock.monotonicMs();
  }

  end(): void {
    this.#turns.pass(this.#carrier);
  }
}
