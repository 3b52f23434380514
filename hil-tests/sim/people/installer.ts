import { again, ask, type Door } from "./person.ts";

const PAIRING_TAKES_MS = 200_000;
const RETRY_MS = 600_000;

/** Pairs a lock and sees to it that it stays paired; now and then pairs it anew, or resets it to what it was when new. */
export class Installer {
  readonly #door: Door;
  readonly via: string;
  #isPaired = false;

  constructor(door: Door, via: string) {
    this.#door = door;
    this.via = via;
  }

  get isPaired(): boolean {
    return this.#isPaired;
  }

  /** From now on; `againEveryMs` between two visits to a lock that works. */
  attend(againEveryMs: number): void {
    this.#door.clock.schedule(this.#door.chance.around(60_000), () => this.pair());
    again(this.#door, againEveryMs, () => {
      if (this.#door.chance.happens(0.3)) this.#door.lock.lock.factoryReset();
      this.pair();
    });
  }

  /** Presses the button and pairs; comes back if it did not work. */
  pair(): void {
    const { lock, clock } = this.#door;
    this.#isPaired = false;
    lock.lock.pressPairingButton();
    ask(this.#door, ({ services }) => services.pairings.start({ label: lock.label, via: this.via }));
    clock.schedule(PAIRING_TAKES_MS, () => this.look());
  }

  /** Whether the gateway has the lock; a lock that it has lost is reset and paired again. */
  look(): void {
    const { lock, site, clock, tell } = this.#door;
    const gateway = site.process?.composed;
    const isPaired = gateway?.locks.slot(lock.lockId)?.live ?? false;
    const sentence = gateway?.services.sync.status(lock.lockId)?.sentence ?? "";
    this.#isPaired = isPaired && !sentence.includes("Pair it again");
    tell({ kind: "paired", lock: lock.index, isDone: this.#isPaired });
    if (this.#isPaired) return;
    clock.schedule(RETRY_MS, () => {
      if (gateway && site.process) lock.lock.factoryReset();
      this.pair();
    });
  }
}
