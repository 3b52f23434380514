import { Action } from "../../../protocol/documents/order.ts";
import type { Attack } from "../attack.ts";
import { pairDoor } from "../site/carrier.ts";
import { ANY_HINT, OLD_TOKEN, PAIRS_FREELY } from "./without.ts";

const YEAR_SECONDS = 365 * 86_400;
const DAYS_HELD = 20;
const HOURS_OF_CREEPING = 30 * 24;
const STEP_SECONDS = 2;

/** What time it is at a lock. */
export const CLOCKS: readonly Attack[] = [
  {
    name: "set a clock by one hint",
    section: "§7",
    guard: "a hint may differ by 2 s and 200 ppm since the last token",
    against: "clock",
    patches: [ANY_HINT],
    run: (scene) => {
      scene.tell(scene.front, [{ name: "timeHint", time: scene.now + YEAR_SECONDS }]);
    },
  },
  {
    name: "let a clock creep by many small hints",
    section: "§7",
    guard: "hints are measured against the clock as it runs without any",
    against: "clock",
    patches: [
      {
        file: "lock-sim/firmware/lock-clock.js",
        find: "if (Math.abs(offset) > toleranceSeconds)",
        replace: "if (Math.abs(seconds - this.now()) > toleranceSeconds)",
      },
    ],
    run: (scene) => {
      const { talk, caps } = scene.open(scene.front);
      let time = caps.time;
      for (let hour = 0; hour < HOURS_OF_CREEPING; hour++) {
        scene.wait(3_600);
        const status = talk.ask({ name: "status" });
        if (status.ok) time = status.value.time + STEP_SECONDS;
        talk.ask({ name: "timeHint", time });
      }
      scene.figure = `${scene.front.inside.clock.now() - scene.now} s in 30 days`;
    },
  },
  {
    name: "give a lock an old time token again",
    section: "§7",
    guard: "a token is over the current challenge, which it spends, and that is young",
    against: "clock",
    patches: [
      {
        file: "lock-sim/firmware/commands/time.js",
        find: "if (!equalBytes(claims.challenge, challenge))",
        replace: "if (false)",
      },
      OLD_TOKEN,
    ],
    run: (scene) => {
      scene.tell(
        scene.laundry,
        scene.loot.tokens.map((token) => ({ name: "time", token })),
      );
    },
  },
  {
    name: "hold a time token back",
    section: "§7",
    guard: "a token is good for 120 s of the challenge's life",
    against: "clock",
    patches: [OLD_TOKEN],
    run: (scene) => {
      const { front } = scene;
      const { caps } = scene.open(front);
      const token = scene.issuer.timeToken({ lockId: front.lockId, challenge: caps.challenge, time: scene.now });
      scene.days(DAYS_HELD);
      scene.tell(front, [{ name: "time", token }]);
    },
  },
  {
    name: "set a clock by a pairing",
    section: "§2, §7",
    guard: "one gateway more needs the issuer's leave; P3 sets uncertain clocks alone, and none back",
    against: "clock",
    patches: [
      PAIRS_FREELY,
      {
        file: "lock-sim/firmware/pairing.js",
        find: "if (seconds === 0 || !clock.isUncertain() || seconds < log.newestTime)",
        replace: "if (false)",
      },
    ],
    run: (scene) => {
      const { laundry, loot } = scene;
      // Somebody has photographed the label, and lets Mallory in to press the button.
      laundry.lock.pressPairingButton();
      const site = { issuerPk: loot.issuerPk, gatewayId: scene.random.bytes(8), time: scene.now - YEAR_SECONDS };
      pairDoor(scene.wire(laundry), scene.random, laundry, site);
    },
  },
  {
    name: "keep a clock uncertain, for a grant that is over",
    section: "§7",
    guard: "while the time is uncertain, orders and grants with times get 18, and rosters are stale",
    against: "bolt",
    patches: [
      {
        file: "protocol/access/order-check.js",
        find: "if (timeUncertain && !essential)",
        replace: "if (false)",
      },
      {
        file: "protocol/access/decide.js",
        find: "if (timeUncertain && !essential && isTimed(grant))",
        replace: "if (false)",
      },
      { file: "protocol/access/decide.js", find: "(timeUncertain || now >= staleAfter)", replace: "now >= staleAfter" },
    ],
    run: (scene) => {
      // The clock's own cell is empty, and the thief brings no token.
      scene.front.lock.disturb(({ rtc }) => rtc.lose());
      scene.malloryTries(scene.front, scene.grants.expired);
    },
  },
  {
    name: "keep an order for later while a clock is uncertain",
    section: "§7",
    guard: "with uncertain time an order's challenge is younger than 120 s",
    against: "bolt",
    patches: [
      {
        file: "protocol/access/order-check.js",
        find: "return isChallengeFresh(challengeAgeSeconds) ? Reason.done : Reason.staleChallenge;",
        replace: "return Reason.done;",
      },
    ],
    run: (scene) => {
      const { front, people, grants } = scene;
      front.lock.disturb(({ rtc }) => rtc.lose());
      const { caps } = scene.open(front);
      const shown = scene.sign(people.anna, front, grants.annas, caps.challenge);
      scene.days(2);
      scene.give(scene.open(front).talk, shown, Action.unlock);
    },
  },
];
