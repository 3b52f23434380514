import assert from "node:assert/strict";
import { Actions } from "../../../gateway/actions.ts";
import { LockLinks } from "../../../gateway/link/lock-links.ts";
import { NO_OBSERVER } from "../../../gateway/metrics/observer.ts";
import { LockStore } from "../../../gateway/store/lock-store.ts";
import type { World } from "../../../gateway/world.ts";

/** What a request for one lock goes through in the daemon, without the daemon round it: orders, link, sessions. */
export class LockUser {
  readonly #world: World;
  readonly #lockId: string;
  readonly #locks: LockStore;
  readonly #links: LockLinks;
  readonly #actions: Actions;

  constructor(world: World, lockId: string) {
    const { suite, random, clock, transport, database, authority, log } = world;
    assert(authority.kind === "local", "orders are signed here");
    this.#world = world;
    this.#lockId = lockId;
    this.#locks = new LockStore(database);
    this.#links = new LockLinks({ suite, random, clock, transport, locks: this.#locks, observer: NO_OBSERVER });
    this.#actions = new Actions({
      suite,
      clock,
      operator: authority.operator,
      links: this.#links,
      locks: this.#locks,
      log,
      observer: NO_OBSERVER,
      acted: () => {},
    });
  }

  /** A signed order, carried out. */
  async unlock(): Promise<void> {
    const outcome = await this.#actions.act(this.#lockId, "unlock");
    assert(outcome.kind === "done", `the lock did not unlock: ${JSON.stringify(outcome)}`);
  }

  /** STATUS: the least that a session can be used for, and what the reconciler asks after every act. */
  async askStatus(): Promise<void> {
    const response = await this.#links.of(this.#lockId).run("unlock", (session) => session.command({ name: "status" }));
    assert(response.ok);
  }

  /** Nothing is left that could be resumed, as a day later. */
  async forgetSession(): Promise<void> {
    const { rms: _, ...slot } = this.#locks.slot(this.#lockId)!;
    await this.#locks.putSlot(slot);
  }

  async close(): Promise<void> {
    await this.#links.close();
    this.#world.database.close();
  }
}
