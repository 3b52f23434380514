import { again, ask, type Door } from "./person.ts";

const PAIRING_TAKES_MS = 200_000;
const COMES_BACK_MS = 600_000;

/** Pairs a lock and sees to it that it stays paired; now and then pairs it anew, or resets it to what it was when new. */
export class Installer {
  readonly #door: Door;
  readonly #via: string;
  /** A visit that is over knows by this that another one has begun. */
  #visit = 0;

  constructor(door: Door, via: string) {
    this.#door = door;
    this.#via = via;
  }

  /** From now on; `againEveryMs` between two visits to a lock that works. */
  attend(againEveryMs: number): void {
    const { clock, chance } = this.#door;
    clock.schedule(chance.around(60_000), () => this.#pair());
    again(this.#door, againEveryMs, () => {
      if (chance.happens(0.3)) this.#startOver();
      else this.#pair();
    });
  }

  /** Somebody has called: the gateway does not get on with the lock. */
  help(): void {
    if (this.#sentence() !== "In step.") this.#startOver();
  }

  #startOver(): void {
    this.#door.lock.lock.factoryReset();
    this.#pair();
  }

  /** Presses the button and pairs, and looks how it went. */
  #pair(): void {
    const { lock, clock } = this.#door;
    const visit = ++this.#visit;
    lock.lock.pressPairingButton();
    ask(this.#door, ({ services }) => services.pairings.start({ label: lock.label, via: this.#via }));
    clock.schedule(PAIRING_TAKES_MS, () => {
      if (visit === this.#visit) this.#look(visit);
    });
  }

  /** A lock that the gateway has lost, or never got, is reset and paired again. */
  #look(visit: number): void {
    const { lock, site, clock, tell } = this.#door;
    const gateway = site.process?.composed;
    const isPaired = gateway?.locks.slot(lock.lockId)?.live === true && !this.#sentence().includes("Pair it again");
    tell({ kind: "paired", lock: lock.index, isDone: isPaired });
    if (isPaired) return;
    clock.schedule(COMES_BACK_MS, () => {
      if (visit !== this.#visit) return;
      // While the gateway is away there is nothing to be done.
      if (gateway) this.#startOver();
      else this.#pair();
    });
  }

  #sentence(): string {
    const { lock, site } = this.#door;
    return site.process?.composed.services.sync.status(lock.lockId)?.sentence ?? "";
  }
}
