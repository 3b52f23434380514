import { deterministicSuite as suite } from "../../../crypto/testing/deterministic-suite.ts";
import { ofUse } from "../../../lock-sim/energy/charge.ts";
import { BATTERY_MICROCOULOMB } from "../../../lock-sim/energy/current-model.ts";
import { chargeDuring } from "../../../lock-sim/energy/testing/charge-during.ts";
import { Action, signOrder } from "../../../protocol/documents/order.ts";
import { startOpen } from "../../../protocol/session/open.ts";
import { startPass } from "../../../protocol/session/pass.ts";
import type { Attack } from "../attack.ts";
import type { Scene } from "../scene.ts";
import type { Door } from "../site/door.ts";

const FLOOD_SECONDS = 60;
const FRAMES_PER_SECOND = 20;
const DAY_MS = 86_400_000;
const MINUTES_A_DAY = 24 * 60;
const BAD_ORDERS = 50;
const BEGINNINGS = 500;
const CONNECTIONS = 40;

/** What a minute of the flood draws from the lock's battery, and how soon a fresh one is empty if it goes on. */
function flood(scene: Scene, door: Door, frame: () => Uint8Array): string {
  const charge = chargeDuring(door.lock, () => {
    for (let i = 0; i < FLOOD_SECONDS * FRAMES_PER_SECOND; i++) {
      const wire = scene.wire(door, "ble");
      wire.ask(frame());
      scene.clock.advance(1_000 / FRAMES_PER_SECOND);
      wire.end();
    }
  });
  const days = BATTERY_MICROCOULOMB / ((ofUse(charge) + charge.standby) * (DAY_MS / (FLOOD_SECONDS * 1_000)));
  const share = charge.crypto / (charge.standby + charge.advertising);
  return `points cost ${share.toFixed(0)} times what an idle lock draws; with the radio a fresh battery lasts ${days.toFixed(0)} days`;
}

/** An order that names no grant that anybody has. */
function badOrder(scene: Scene): { order: Uint8Array; grant: Uint8Array } {
  const grantId = scene.random.bytes(8);
  const order = signOrder(suite, scene.ownKey, {
    lockId: scene.front.lockId,
    challenge: scene.random.bytes(8),
    action: Action.unlock,
    grantId,
    notAfter: scene.now + 60,
  });
  return { order, grant: grantId };
}

/** Wearing a lock out, or keeping it from others. */
export const LOAD: readonly Attack[] = [
  {
    name: "have a lock multiply points for a slot",
    section: "§3",
    guard: "one DH in 250 ms for each slot, over all connections",
    against: "work",
    patches: [
      {
        file: "lock-sim/firmware/open-limits.js",
        find: "return this.#slots[slot].take(connection, nowMs);",
        replace: "return true;",
      },
    ],
    run: (scene) => {
      const { slot, pmk } = scene.slots.get(scene.front.id)!;
      scene.figure = flood(scene, scene.front, () => startOpen(suite, scene.random, slot, pmk).o1);
    },
  },
  {
    name: "have a lock multiply points for strangers",
    section: "§5",
    guard: "one DH in 250 ms for all strangers together, after three in a row one a second",
    against: "work",
    patches: [
      {
        file: "lock-sim/firmware/open-limits.js",
        find: "return this.#strangers.take(ALL_STRANGERS, nowMs);",
        replace: "return true;",
      },
    ],
    run: (scene) => {
      scene.figure = flood(scene, scene.front, () => startPass(suite, scene.random).a1);
    },
  },
  {
    name: "push old records out of the log by refusals",
    section: "§9",
    guard: "refusals get 10 records a minute and 100 a day for each slot, then one an hour",
    against: "evidence",
    patches: [
      {
        file: "lock-sim/firmware/refusal-limits.js",
        find: "if (!mayRecord(source, isStranger, nowMs))",
        replace: "if (false)",
      },
    ],
    run: (scene) => {
      const { talk } = scene.open(scene.front);
      const before = scene.front.inside.log.position.seq;
      // The last minute of the day is the judge's.
      for (let minute = 0; minute < MINUTES_A_DAY - 10; minute++) {
        scene.give(talk, badOrder(scene));
        scene.wait(60);
      }
      scene.figure = `${scene.front.inside.log.position.seq - before} records in a day`;
    },
  },
  {
    name: "wear a lock's flash out with two rosters",
    section: "§6",
    guard: "a roster takes another's place in staging a hundred times, then once in ten minutes",
    against: "work",
    patches: [{ file: "lock-sim/firmware/staging-wear.js", find: "if (this.#left === 0)", replace: "if (false)" }],
    run: (scene) => {
      const { laundry, grants } = scene;
      const held = [scene.revoke(laundry, grants.mallorysAtLaundry), scene.revoke(laundry, grants.caretakers)];
      const { talk } = scene.open(laundry);
      for (let i = 0; i < BEGINNINGS; i++) talk.ask({ name: "rosterBegin", roster: held[i % 2]!.document });
    },
  },
  {
    name: "lock the keypad out from afar",
    section: "§8",
    guard: "bad orders lock nobody out",
    against: "others",
    patches: [
      {
        file: "lock-sim/firmware/commands/act.js",
        find: 'parts.hal.signals.show("refused");',
        replace: 'parts.hal.signals.show("refused"); parts.lockout.count();',
      },
    ],
    run: (scene) => {
      const { talk } = scene.open(scene.front);
      for (let i = 0; i < BAD_ORDERS; i++) scene.give(talk, badOrder(scene));
    },
  },
  {
    name: "keep a lock's radio busy as a stranger",
    section: "§5",
    guard: "a BLE connection on which nothing has verified for 5 s is ended",
    against: "others",
    patches: [
      {
        file: "lock-sim/firmware/unproven.js",
        find: 'if (carrier === "wire" || waiting)',
        replace: "if (true)",
      },
    ],
    run: (scene) => {
      for (let i = 0; i < CONNECTIONS; i++) scene.wire(scene.front, "ble");
      scene.wait(60);
    },
  },
];
