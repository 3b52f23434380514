import type { Bug } from "./bug.ts";

/** Mistakes in the lock's firmware: journal, counters, table, clock and bolt. */
export const LOCK_BUGS: readonly Bug[] = [
  {
    name: "an order is carried out without an INTENT",
    breaks:
      "§9: Order of steps for an ACT: decide → append INTENT → read it back → act → append the event, then DONE → reply.",
    patches: [
      {
        file: "lock-sim/firmware/journal.js",
        find: "begin({ slot, action, grantId, counter, challenge }) {",
        replace:
          "begin({ slot, grantId, counter }) { this.#open = { slot, n: counter?.n ?? 0, grantId }; } " +
          "beginAsItWas({ slot, action, grantId, counter, challenge }) {",
      },
    ],
    isQuick: true,
    seedsMax: 2,
  },
  {
    name: "the bolt moves before the INTENT stands in the log",
    breaks: "§9: Order of steps for an ACT: decide → append INTENT → read it back → act.",
    patches: [
      {
        file: "lock-sim/firmware/acts.js",
        find: "journal.begin(intent);",
        replace:
          "if (endStopOf(intent.action)) this.#parts.bolt.drive(endStopOf(intent.action)); journal.begin(intent);",
      },
    ],
    isQuick: true,
    seedsMax: 2,
  },
  {
    name: "boot takes the open order up again",
    breaks: "§9: after INTENT, before DONE: boot appends DONE; never acts again.",
    patches: [
      {
        file: "lock-sim/firmware/firmware.js",
        find: "this.#running = bootLock(this.#hal, this.#suite, this.#product);",
        replace:
          "this.#running = bootLock(this.#hal, this.#suite, this.#product);\n        " +
          "const [, closed] = this.#running.store.newestFirst();\n        " +
          'if (closed?.type === 3 && closed.result === 29) this.#hal.bolt.drive("drawn");',
      },
    ],
    seedsMax: 8,
  },
  {
    name: "boot calls an interrupted order done",
    breaks: "§9: DONE: 0 only if the action's own event record follows the INTENT, else 29.",
    patches: [
      {
        file: "lock-sim/firmware/journal.js",
        find: "wasDone ? Reason.done : Reason.outcomeUnknown",
        replace: "Reason.done",
      },
    ],
    seedsMax: 8,
  },
  {
    name: "a lock takes an older n",
    breaks: "§4: The lock accepts n > last, or n == last with the same H(S1)[0..8].",
    patches: [
      {
        file: "lock-sim/firmware/resuming.js",
        find: "if (n <= paired.counter.n && !isRepeat)",
        replace: "if (false)",
      },
    ],
    seedsMax: 30,
  },
  {
    name: "a repeated S1 is carried out again, under a challenge that nothing spends",
    breaks: "§4: An ACT that was executed and is repeated so is answered from its record, never executed again.",
    patches: [
      { file: "lock-sim/firmware/resuming.js", find: "const ran = isRepeat ?", replace: "const ran = false ?" },
      {
        file: "lock-sim/firmware/challenge.js",
        find: "return equalBytes(this.#bytes, document.challenge);",
        replace: "return false;",
      },
    ],
    seedsMax: 8,
  },
  {
    name: "an order does not spend its challenge",
    breaks:
      "§7: the lock draws a new one after every order that parses and names the current challenge, good or not, and at boot.",
    patches: [
      {
        file: "lock-sim/firmware/challenge.js",
        find: "return equalBytes(this.#bytes, document.challenge);",
        replace: "return false;",
      },
    ],
    isQuick: true,
    seedsMax: 4,
  },
  {
    name: "every boot begins with the same challenge",
    breaks: "§7: the lock draws a new one after every order that parses and names the current challenge, and at boot.",
    patches: [
      {
        file: "lock-sim/firmware/challenge.js",
        find: "this.#uptime = uptime;\n        this.#bytes = entropy.bytes(CHALLENGE_BYTES);",
        replace: "this.#uptime = uptime;\n        this.#bytes = new Uint8Array(CHALLENGE_BYTES).fill(7);",
      },
    ],
    isQuick: true,
    seedsMax: 8,
  },
  {
    name: "a lock's randomness is always the same",
    breaks: "§1: Each side encrypts only under keys that include its own fresh randomness.",
    patches: [
      {
        file: "lock-sim/lock.js",
        find: "entropy: this.#random,",
        replace: "entropy: { bytes: (length) => new Uint8Array(length).fill(7) },",
      },
    ],
    seedsMax: 8,
  },
  {
    name: "a roster with an equal epoch is taken",
    breaks: "§7: Another generation, or an epoch not above the stored one: 19.",
    patches: [
      {
        file: "lock-sim/firmware/commands/roster.js",
        find: "claims.epoch <= roster.epoch",
        replace: "claims.epoch < roster.epoch",
      },
    ],
    seedsMax: 8,
  },
  {
    name: "an older roster is taken",
    breaks: "§7: Another generation, or an epoch not above the stored one: 19.",
    patches: [{ file: "lock-sim/firmware/commands/roster.js", find: "|| claims.epoch <= roster.epoch", replace: "" }],
    seedsMax: 8,
  },
  {
    name: "the table changes before it is whole",
    breaks: "§7: what is absent is revoked, atomically (a power cut leaves either the old table or the new).",
    patches: [
      {
        file: "lock-sim/firmware/storage/grant-table.js",
        find: "for (const [cti, place] of kept) {",
        replace:
          "this.#cells.setAll(new Map([[TABLE_KEY, encodeState({ active: this.#state.active === 0 ? 1 : 0, isStaging: false })]]));\n" +
          "        for (const [cti, place] of kept) {",
      },
    ],
    seedsMax: 30,
  },
  {
    name: "a lock's use counts go with the log",
    breaks: "§7: before one is recycled its count goes to the cell.",
    patches: [
      {
        file: "lock-sim/firmware/use-counts.js",
        find: "for (const record of this.#log.newestFirst()) {",
        replace: "for (const record of []) {",
      },
    ],
    seedsMax: 8,
  },
  {
    name: "a time token is good for ever",
    breaks: "§7: Time token: [lockId 8, challenge 8, time]; spends the challenge.",
    patches: [
      {
        file: "lock-sim/firmware/commands/time.js",
        find: "if (!equalBytes(claims.challenge, challenge))",
        replace: "if (false)",
      },
      {
        file: "lock-sim/firmware/commands/time.js",
        find: "if (!isChallengeFresh(challengeAgeSeconds))",
        replace: "if (false)",
      },
    ],
    seedsMax: 8,
  },
  {
    name: "a hint moves the clock as far as it likes",
    breaks:
      "§7: A bare time is only a hint: accepted if it differs from the lock's own clock by no more than 2 s + 200 ppm.",
    patches: [
      {
        file: "lock-sim/firmware/lock-clock.js",
        find: "if (Math.abs(offset) > toleranceSeconds)",
        replace: "if (false)",
      },
    ],
    seedsMax: 8,
  },
  {
    name: "a lock forgets records on anybody's word",
    breaks: "§7: Receipt, by the issuer, when a backend has the records for good. Nothing else lets a lock forget.",
    patches: [
      {
        file: "lock-sim/firmware/commands/log.js",
        find: "verifyReceipt(suite, receipt,",
        replace: "verifyReceipt({ ...suite, es256Verify: () => true }, receipt,",
      },
    ],
    seedsMax: 8,
  },
  {
    name: "the motor throws the bolt against a hand",
    breaks: "§0: And by hand from the inside: people always get out.",
    patches: [
      {
        file: "lock-sim/firmware/bolt-control.js",
        find: "this.#isJammed = false;\n        const type",
        replace: 'if (turned === "drawn") { this.#start("thrown", "relock"); return; }\n        const type',
      },
    ],
    isQuick: true,
    seedsMax: 4,
  },
];
