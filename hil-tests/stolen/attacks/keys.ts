import { Secret } from "../../../crypto/secret.ts";
import { deterministicSuite as suite } from "../../../crypto/testing/deterministic-suite.ts";
import { readCaps } from "../../../protocol/session/caps.ts";
import { greetingNonce } from "../../../protocol/session/secure-channel.ts";
import { ascii, concat } from "../../../protocol/wire/bytes.ts";
import { decodeMessage, encodeHead } from "../../../protocol/wire/messages.ts";
import type { Attack } from "../attack.ts";
import { resume } from "../site/carrier.ts";

const SHARED_BYTES = 32;
const KEY_BYTES = 16;
const DAYS_LATER = 3;
const USES_TRIED = 1_030;
const COUNTER_MAX = 0xffff_ffff;
const O1 = 0x15;

/** What the slots' keys are good for, and for how long. */
export const KEYS: readonly Attack[] = [
  {
    name: "open what was recorded with the stolen keys",
    section: "§3",
    guard: "a session's keys hang on shares of both sides that are forgotten with it",
    against: "past",
    patches: [
      {
        file: "protocol/session/handshake.js",
        find: "const prk = suite.hkdfExtract(salt, dh);",
        replace: "dh.reveal().fill(0); const prk = suite.hkdfExtract(salt, dh);",
      },
    ],
    isMissedFromTheStart: true,
    run: (scene) => {
      for (const { lockId, request, reply } of scene.loot.frames) {
        if (request[0] !== O1 || !reply) continue;
        const o2 = decodeMessage(reply);
        if (o2.type !== "O2") continue;
        const th = suite.sha256(ascii("LK1 open"), request, encodeHead(o2));
        // Without either side's share the thief can only guess what they had in common.
        const guessed = new Secret(new Uint8Array(SHARED_BYTES));
        const prk = suite.hkdfExtract(scene.slots.get(lockId)!.pmk, guessed);
        const keys = suite.hkdfExpand(prk, concat(ascii("LK1 session"), th), 64);
        const keyLG = keys.part(KEY_BYTES, 2 * KEY_BYTES);
        const caps = suite.ccmOpen(keyLG, greetingNonce(o2.transactionId), th, o2.sealed);
        if (caps) scene.judge.deciphered(lockId, readCaps(caps));
      }
    },
  },
  {
    name: "resume under a key of days ago",
    section: "§4",
    guard: "RMS ends after 24 h",
    against: "keys",
    patches: [
      {
        file: "lock-sim/firmware/slots.js",
        find: "return isOld || isSpent ? undefined : resumeKey.rms;",
        replace: "return isSpent ? undefined : resumeKey.rms;",
      },
    ],
    run: (scene) => {
      const { keys } = scene.open(scene.laundry);
      scene.days(DAYS_LATER);
      resume(scene.wire(scene.laundry), scene.random, keys, { name: "status" });
    },
  },
  {
    name: "resume more often than a key may",
    section: "§4",
    guard: "RMS ends after 1,024 uses",
    against: "keys",
    patches: [
      {
        file: "lock-sim/firmware/slots.js",
        find: "return isOld || isSpent ? undefined : resumeKey.rms;",
        replace: "return isOld ? undefined : resumeKey.rms;",
      },
    ],
    run: (scene) => {
      const { keys } = scene.open(scene.laundry);
      for (let i = 0; i < USES_TRIED; i++) {
        const wire = scene.wire(scene.laundry);
        resume(wire, scene.random, keys, { name: "status" });
        wire.end();
      }
    },
  },
  {
    name: "go on with the counters of a backup",
    section: "§4",
    guard: "a lock takes no n that it has had",
    against: "keys",
    patches: [
      {
        file: "lock-sim/firmware/resuming.js",
        find: "if (n <= paired.counter.n && !isRepeat)",
        replace: "if (false)",
      },
    ],
    run: (scene) => {
      const { keys } = scene.open(scene.laundry);
      const backup = { ...keys };
      for (const before of [keys, keys, backup]) {
        resume(scene.wire(scene.laundry), scene.random, before, { name: "status" });
      }
    },
  },
  {
    name: "run every counter to its end",
    section: "§4",
    guard: "n is each slot's own",
    against: "others",
    patches: [
      {
        file: "lock-sim/firmware/slots.js",
        find: "this.#slots[slot] = { ...before, counter };",
        replace: "for (const i of [0, 1, 2, 3]) this.#slots[i] &&= { ...this.#slots[i], counter };",
      },
    ],
    run: (scene) => {
      const { keys } = scene.open(scene.front);
      keys.n = COUNTER_MAX - 1;
      resume(scene.wire(scene.front), scene.random, keys, { name: "status" });
    },
  },
];
