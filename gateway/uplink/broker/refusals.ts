import type { Log } from "../../log.ts";

/** Why the gateway took no notice of a message from the broker (docs/events.md). */
export type RefusalName =
  | "unknown-topic"
  | "unknown-lock"
  | "malformed"
  | "reply-topic"
  | "retained"
  | "commands-off"
  | "no-id"
  | "no-expiry"
  | "expires-too-late"
  | "expired"
  | "duplicate"
  | "busy";

/** Counts refusals by name. Of each name the 1st, 10th, 100th, … is logged: whoever can publish must not fill the disk. */
export class Refusals {
  readonly #log: Log;
  readonly #counts = new Map<RefusalName, number>();

  constructor(log: Log) {
    this.#log = log;
  }

  get counts(): ReadonlyMap<RefusalName, number> {
    return this.#counts;
  }

  note(name: RefusalName, topic: string): void {
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    if (!/^10*$/.test(`${count}`)) return;
    this.#log.warn(
      { topic: topic.slice(0, 200), refusal: name, count },
      `A message from the broker is refused: ${name}.`,
    );
  }
}
