import { Action } from "../../../protocol/documents/order.ts";
import type { Attack } from "../attack.ts";
import { prove } from "../site/carrier.ts";
import { grantIdOf } from "../site/issuer.ts";
import { twinOf } from "../thief/forge.ts";
import { ANY_CHALLENGE, ANY_HINT, CHALLENGE_STAYS } from "./without.ts";

const DAY_SECONDS = 86_400;
const A_MOMENT_SECONDS = 20;

/** Orders: what moves a bolt. */
export const ORDERS: readonly Attack[] = [
  {
    name: "pass off an order of yesterday",
    section: "§7",
    guard: "an order is good until its notAfter",
    against: "bolt",
    patches: [{ file: "protocol/access/order-check.js", find: "if (order.notAfter < now)", replace: "if (false)" }],
    run: (scene) => {
      const { front, grants, people } = scene;
      const { caps } = scene.open(front);
      const shown = scene.sign(people.anna, front, grants.annas, caps.challenge);
      scene.days(1);
      scene.give(scene.open(front).talk, shown);
    },
  },
  {
    name: "have an order signed for next week",
    section: "§7",
    guard: "notAfter lies 120 s ahead at most",
    against: "bolt",
    patches: [
      {
        file: "protocol/access/order-check.js",
        find: "if (order.notAfter > now + AHEAD_SECONDS_MAX)",
        replace: "if (false)",
      },
    ],
    run: (scene) => {
      const { front, grants, people } = scene;
      const { caps } = scene.open(front);
      // The thief is the phone's network, and tells it another time.
      const notAfter = scene.now + 7 * DAY_SECONDS;
      const shown = scene.sign(people.anna, front, grants.annas, caps.challenge, { notAfter });
      scene.days(6);
      scene.give(scene.open(front).talk, shown);
    },
  },
  {
    name: "set a clock back for an order of before",
    section: "§7",
    guard: "hints move a clock by 2 s and 200 ppm at most",
    against: "bolt",
    patches: [ANY_HINT],
    run: (scene) => {
      const { front, grants, people } = scene;
      const { caps } = scene.open(front);
      const shown = scene.sign(people.anna, front, grants.annas, caps.challenge);
      const signedAt = scene.now;
      scene.days(1);
      scene.tell(front, [{ name: "timeHint", time: signedAt }]);
      scene.give(scene.open(front).talk, shown);
    },
  },
  {
    name: "give one order twice",
    section: "§7",
    guard: "an order spends its challenge",
    against: "bolt",
    patches: [CHALLENGE_STAYS],
    run: (scene) => {
      const { front, grants, people } = scene;
      const { talk, caps } = scene.open(front);
      const shown = scene.sign(people.anna, front, grants.annas, caps.challenge);
      scene.give(talk, shown);
      scene.wait(A_MOMENT_SECONDS);
      scene.give(talk, shown);
    },
  },
  {
    name: "give an order's twin with the other good signature",
    section: "§1, §7",
    guard: "a challenge is spent by what an order says, not by its bytes",
    against: "bolt",
    patches: [CHALLENGE_STAYS],
    run: (scene) => {
      const { front, grants, people } = scene;
      const { talk, caps } = scene.open(front);
      const { order, grant } = scene.sign(people.anna, front, grants.annas, caps.challenge);
      scene.give(talk, { order, grant });
      scene.wait(A_MOMENT_SECONDS);
      scene.give(talk, { order: twinOf(order), grant });
    },
  },
  {
    name: "give an order over another gateway's challenge",
    section: "§7",
    guard: "each slot has a challenge of its own",
    against: "bolt",
    patches: [ANY_CHALLENGE],
    run: (scene) => {
      const { front, grants, people, theft } = scene;
      const { slot, pmk } = theft.office.keys;
      const office = prove(scene.wire(front), scene.random, slot, pmk);
      const shown = scene.sign(people.anna, front, grants.annas, office.caps.challenge);
      scene.give(office.talk, shown);
      scene.wait(A_MOMENT_SECONDS);
      scene.give(scene.open(front).talk, shown);
    },
  },
  {
    name: "open one door with an order for another",
    section: "§7",
    guard: "an order names its lock",
    against: "bolt",
    patches: [
      {
        file: "protocol/access/order-check.js",
        find: "if (!equalBytes(order.lockId, lockId))",
        replace: "if (false)",
      },
    ],
    run: (scene) => {
      const { front, laundry, grants, people } = scene;
      const { talk, caps } = scene.open(front);
      // The caretaker means the laundry, and the thief tells her the front door's challenge.
      scene.give(talk, scene.sign(people.caretaker, laundry, grants.caretakers, caps.challenge));
    },
  },
  {
    name: "give an order with somebody else's grant",
    section: "§8",
    guard: "an order names its grant, and is signed by that grant's key",
    against: "bolt",
    patches: [
      {
        file: "lock-sim/firmware/commands/act.js",
        find: "claims.action === command.action && equalBytes(claims.grantId, shown.value.id)",
        replace: "true",
      },
      {
        file: "lock-sim/firmware/decide-by-grant.js",
        find: "const verified = verifyOrder(parts.suite, order.document, grant.bearerKey);",
        replace: "const verified = { ok: true, value: order.claims };",
      },
    ],
    run: (scene) => {
      const { front, grants, people } = scene;
      const { talk, caps } = scene.open(front);
      const { order } = scene.sign(people.mallory, front, grants.mallorysOld, caps.challenge);
      scene.give(talk, { order, grant: grantIdOf(grants.annas) });
    },
  },
  {
    name: "make an order to lock one to unlock",
    section: "§8",
    guard: "the command's action must be the order's",
    against: "bolt",
    patches: [
      {
        file: "lock-sim/firmware/commands/act.js",
        find: "claims.action === command.action && equalBytes(claims.grantId, shown.value.id)",
        replace: "true",
      },
      {
        file: "lock-sim/firmware/commands/act.js",
        find: "const { action, grantId, challenge } = claims;",
        replace: "const { grantId, challenge } = claims; const { action } = command;",
      },
    ],
    run: (scene) => {
      const { front, grants, people } = scene;
      const { talk, caps } = scene.open(front);
      const shown = scene.sign(people.anna, front, grants.annas, caps.challenge, { action: Action.lock });
      scene.give(talk, shown, Action.unlock);
    },
  },
];
