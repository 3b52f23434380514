import type { Clock } from "../../protocol/clock.ts";
import { equalBytes } from "../../protocol/wire/bytes.ts";
import type { LockStore, Reported } from "../store/lock-store.ts";
import type { WantedWord } from "./roster-sync.ts";

/** What a lock reports is written down at once when it changes, else this often: an SD card wears. */
const NOTE_EVERY_MS = 5 * 60_000;

/** What one lock has last said of itself, and since when it is known to have what was wanted. */
export class LockReports {
  readonly #lockId: string;
  readonly #clock: Clock;
  readonly #locks: LockStore;
  /** Monotonic: the wall clock may have been set since. */
  #confirmedAtMs: number | undefined;
  #staleAfter: number | undefined;

  constructor(lockId: string, { clock, locks }: { clock: Clock; locks: LockStore }) {
    this.#lockId = lockId;
    this.#clock = clock;
    this.#locks = locks;
  }

  get last(): Reported | undefined {
    return this.#locks.get(this.#lockId)?.reported;
  }

  /** `confirmed` is the wanted roster if the lock has just said, by STATUS or COMMIT, that it has that one. */
  async note(told: Omit<Reported, "confirmed">, confirmed: WantedWord | undefined): Promise<void> {
    const known = this.last;
    if (confirmed) {
      this.#confirmedAtMs = this.#clock.monotonicMs();
      this.#staleAfter = confirmed.staleAfter;
    }
    const has = confirmed ? { atMs: this.#clock.wallMs(), staleAfter: confirmed.staleAfter } : known?.confirmed;
    if (isWorthNoting(known, told))
      await this.#locks.setReported(this.#lockId, { ...told, ...(has && { confirmed: has }) });
  }

  /** Undefined until the lock has confirmed one roster. */
  get revocationAgeSeconds(): number | undefined {
    const ageMs = this.#ageMs();
    return ageMs === undefined ? undefined : Math.floor(Math.max(0, ageMs) / 1_000);
  }

  /** Of the roster that the lock has confirmed: from when on it lets only essential grants in. Undefined if never. */
  get staleAfter(): number | undefined {
    return (this.#staleAfter ?? this.last?.confirmed?.staleAfter) || undefined;
  }

  #ageMs(): number | undefined {
    if (this.#confirmedAtMs !== undefined) return this.#clock.monotonicMs() - this.#confirmedAtMs;
    const before = this.last?.confirmed;
    return before && this.#clock.wallMs() - before.atMs;
  }
}

function isWorthNoting(known: Reported | undefined, now: Omit<Reported, "confirmed">): boolean {
  if (!known || now.atMs - known.atMs >= NOTE_EVERY_MS || now.atMs < known.atMs) return true;
  return (
    now.epoch !== known.epoch ||
    now.flags !== known.flags ||
    now.seq !== known.seq ||
    !equalBytes(now.rosterDigest, known.rosterDigest)
  );
}
