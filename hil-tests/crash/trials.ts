import assert from "node:assert/strict";
import { answerOf } from "../rig-tools/json-api.ts";
import type { Ledger } from "./ledger.ts";
import type { World } from "./world.ts";

const DAY_MS = 86_400_000;
/** A bearer's key: any point on the curve will do, here the base point (SEC 2 §2.4.2). */
const BEARER_KEY = "036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296";

/** Something has been asked of the gateway, which may now be killed at any moment. */
export interface Begun {
  /** Looks, after the gateway is back, whether what it had answered holds. */
  check(): Promise<void>;
}

export interface Trial {
  name: string;
  /** The kill comes at a random moment up to this long after the beginning: about as long as all of it takes. */
  killWithinMs: number;
  begin(world: World, ledger: Ledger): Promise<Begun>;
}

/** Asks for a grant. Rejects with ApiError if the gateway refuses. */
export function newGrant(world: World): Promise<{ id: string }> {
  return world.gateway.api.post("/v1/grants", {
    locks: [world.lock.lockId],
    with: [{ kind: "key", publicKey: BEARER_KEY }],
    rights: ["unlock"],
    until: new Date(world.clock.wallMs() + DAY_MS).toISOString(),
  });
}

const pair: Trial = {
  name: "pair",
  killWithinMs: 300,
  async begin(world, ledger) {
    await world.lock.rig.post("/v1/factory-reset");
    ledger.reset((await world.lock.state()).generation);
    const begun = answerOf(world.startPairing());
    return {
      async check() {
        await begun;
        await world.finishPairing();
      },
    };
  },
};

export const addGrant: Trial = {
  name: "grant add",
  killWithinMs: 60,
  async begin(world) {
    const adding = answerOf(newGrant(world));
    return {
      async check() {
        const added = await adding;
        if (added) assert.ok((await world.wantedGrantIds()).includes(added.id), "an answered grant is gone");
      },
    };
  },
};

export const revokeGrant: Trial = {
  name: "grant revoke",
  killWithinMs: 60,
  async begin(world, ledger) {
    const [id] = await world.wantedGrantIds();
    if (id === undefined) return addGrant.begin(world, ledger);
    const revoking = answerOf(world.gateway.api.delete(`/v1/grants/${id}`).then(() => true));
    return {
      async check() {
        if (await revoking) assert.ok(!(await world.wantedGrantIds()).includes(id), "a revoked grant is back");
      },
    };
  },
};

const unlock: Trial = {
  name: "unlock",
  killWithinMs: 500,
  async begin(world, ledger) {
    const unlocking = answerOf(world.unlock(ledger));
    return {
      async check() {
        await unlocking;
      },
    };
  },
};

/** The unlocking has been answered; its events are on their way. */
const pull: Trial = {
  name: "pull",
  killWithinMs: 80,
  async begin(world, ledger) {
    await answerOf(world.unlock(ledger));
    return { check: async () => {} };
  },
};

export const TRIALS = [pair, addGrant, revokeGrant, unlock, pull];
