import type { Bug } from "./bug.ts";

/** Mistakes in the gateway: what it keeps, what it says, and what it passes on. */
export const GATEWAY_BUGS: readonly Bug[] = [
  {
    name: "n is not committed before S1",
    breaks: "§4: The gateway commits n+1 durably before sending S1.",
    patches: [
      {
        file: "gateway/store/lock-store.js",
        find: "return this.#database.write(() => this.#database.get(sql, lockId, pmk.reveal())?.n);",
        replace: "return this.#database.rehearse(() => this.#database.get(sql, lockId, pmk.reveal())?.n);",
      },
    ],
    isQuick: true,
    seedsMax: 4,
  },
  {
    name: "a gateway that was put back from a backup goes on counting where that stood",
    breaks: "§4: n is per slot and never resets while the slot lives.",
    patches: [
      {
        file: "gateway/link/slot-keys.js",
        find: "if (this.#openedAtMs === undefined && !this.#locks.isContinued)",
        replace: "if (false)",
      },
      {
        file: "gateway/store/database.js",
        find: "endSessions.run();",
        replace: "{}",
      },
    ],
    seedsMax: 30,
  },
  {
    name: "a write is called durable before its COMMIT",
    breaks: "docs/system.md: Pull from the lock → check the chain → commit to SQLite → ACK LOG.",
    patches: [
      {
        file: "gateway/store/database.js",
        find: 'this.#exec("BEGIN IMMEDIATE");',
        replace: 'if (this.#sqlite.inTransaction) this.#exec("COMMIT");\n            this.#exec("BEGIN IMMEDIATE");',
      },
      { file: "gateway/store/database.js", find: 'this.#exec("COMMIT");\n        }', replace: "}" },
    ],
    seedsMax: 20,
  },
  {
    name: "a lost reply is answered with a new order, without a look",
    breaks: "§9: At most once executed.",
    patches: [
      {
        file: "gateway/actions.js",
        find: "return sent ? this.#lookFor(lockId, sent, trouble) :",
        replace: 'return sent ? { kind: "did-nothing", trouble } :',
      },
    ],
    isQuick: true,
    seedsMax: 10,
  },
  {
    name: "a lost reply is taken for a good one",
    breaks: '§9: "done" is only said when it was done.',
    patches: [
      {
        file: "gateway/actions.js",
        find: "return sent ? this.#lookFor(lockId, sent, trouble) :",
        replace: 'return sent ? { kind: "done", flags: 0, seq: 0 } :',
      },
    ],
    isQuick: true,
    seedsMax: 10,
  },
  {
    name: "a lock may forget what only the gateway has",
    breaks: "§7: Receipt, by the issuer, when a backend has the records for good.",
    patches: [{ file: "gateway/sync/acknowledge.js", find: "if (hasUplink)", replace: "if (false)" }],
    isQuick: true,
    seedsMax: 10,
  },
  {
    name: "a receipt beyond what was sent is believed",
    breaks: "docs/system.md: mark delivered only on the backend's receipt.",
    patches: [
      {
        file: "gateway/uplink/judge-answer.js",
        find: "if (seq > Math.max(sentThrough, held))",
        replace: "if (false)",
      },
      {
        file: "gateway/uplink/judge-answer.js",
        find: "Math.min(seq, sentThrough ?? 0)",
        replace: "seq",
      },
    ],
    seedsMax: 30,
  },
  {
    name: "events are delivered when they are sent",
    breaks: "docs/system.md: upload in order per lock → mark delivered only on the backend's receipt.",
    patches: [
      {
        file: "gateway/uplink/lock-delivery.js",
        find: "await this.#keep(judgement);",
        replace: "judgement.deliveredCursor = batch.at(-1).row.cursor;\n        await this.#keep(judgement);",
      },
    ],
    seedsMax: 20,
  },
  {
    name: "gaps are not told",
    breaks: "docs/system.md: Gaps are reported, never papered over.",
    patches: [
      {
        file: "gateway/store/outbox-store.js",
        find: "WHERE lock_id = ? AND cursor > ? ORDER BY cursor LIMIT ?",
        replace: "WHERE lock_id = ? AND cursor > ? AND kind <> 'gap' ORDER BY cursor LIMIT ?",
      },
    ],
    seedsMax: 30,
  },
  {
    name: "delivery gives up at the first trouble",
    breaks: "docs/system.md: every event of every lock exactly once in effect.",
    patches: [
      {
        file: "gateway/uplink/lock-delivery.js",
        find: "if (waitMs === undefined)\n                continue;",
        replace: "if (waitMs === undefined)\n                continue;\n            return;",
      },
    ],
    seedsMax: 10,
  },
  {
    name: "a revocation stays at home",
    breaks: "§7: After COMMIT the table holds exactly those grants: what is absent is revoked.",
    patches: [
      {
        file: "gateway/sync/lock-round.js",
        find: "await this.roster.bring(talk, told.epoch,",
        replace: "void (told.epoch,",
      },
    ],
    seedsMax: 10,
  },
];
