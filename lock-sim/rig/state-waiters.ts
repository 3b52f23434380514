import type { Clock } from "../../protocol/clock.ts";
import type { Lock } from "../lock.ts";
import { type Condition, unmet } from "./condition.ts";
import { HttpError } from "./http-error.ts";
import type { StateView } from "./state.ts";
import type { LockState } from "./state-schema.ts";

const WAITERS_MAX = 32;
/** What only time changes, such as the uptime, nobody tells of. */
const LOOK_EVERY_MS = 500;

/** Those who wait for the lock to come into some state. */
export class StateWaiters {
  readonly #lock: Lock;
  readonly #view: StateView;
  readonly #clock: Clock;
  readonly #cancels = new Set<() => void>();

  constructor(lock: Lock, view: StateView, clock: Clock) {
    this.#lock = lock;
    this.#view = view;
    this.#clock = clock;
  }

  /**
   * The first state that meets the condition, perhaps that of now. Rejects with HttpError 504 if none does within
   * `timeoutMs`, and with 503 if too many wait or the rig closes. Once `gone` aborts nobody waits any more.
   */
  until(condition: Condition, timeoutMs: number, gone: AbortSignal): Promise<LockState> {
    const now = this.#view.now();
    if (!unmet(condition, now)) return Promise.resolve(now);
    if (this.#cancels.size >= WAITERS_MAX) throw new HttpError(503, `${WAITERS_MAX} requests wait already`);
    return new Promise((resolve, reject) => {
      const look = () => {
        const state = this.#view.now();
        if (unmet(condition, state)) return;
        end();
        resolve(state);
      };
      const giveUp = (error: HttpError) => {
        end();
        reject(error);
      };
      const close = () => giveUp(new HttpError(503, "the lock is being switched off"));
      const stopLooking = this.#lock.observe(look);
      const lookInTime = () => {
        inTime = this.#clock.schedule(LOOK_EVERY_MS, lookInTime);
        look();
      };
      let inTime = this.#clock.schedule(LOOK_EVERY_MS, lookInTime);
      const timer = this.#clock.schedule(timeoutMs, () => giveUp(this.#timeout(condition, timeoutMs)));
      const end = () => {
        stopLooking();
        timer.cancel();
        inTime.cancel();
        gone.removeEventListener("abort", close);
        this.#cancels.delete(close);
      };
      gone.addEventListener("abort", close, { once: true });
      this.#cancels.add(close);
    });
  }

  close(): void {
    for (const cancel of [...this.#cancels]) cancel();
  }

  #timeout(condition: Condition, timeoutMs: number): HttpError {
    const { term, found } = unmet(condition, this.#view.now())!;
    const stands = found === undefined ? "is absent" : `is ${JSON.stringify(found)}`;
    return new HttpError(504, `${term} did not come within ${timeoutMs} ms: it ${stands}`);
  }
}
