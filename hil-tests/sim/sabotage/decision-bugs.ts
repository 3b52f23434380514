import type { Bug } from "./bug.ts";

/** Mistakes in what both sides share: the one decision, and the channel. */
export const DECISION_BUGS: readonly Bug[] = [
  {
    name: "a stale roster goes on",
    breaks: "§7: From the moment staleAfter on only grants with right 32 work (else 30), until a new roster comes.",
    patches: [
      { file: "protocol/access/decide.js", find: "if (!essential && isStale(question))", replace: "if (false)" },
    ],
    seedsMax: 20,
  },
  {
    name: "a grant outlives its end",
    breaks: "§7: exp exclusive.",
    patches: [
      {
        file: "protocol/access/decide.js",
        find: "if (!timeUncertain && now >= (grant.expires ?? Number.POSITIVE_INFINITY))",
        replace: "if (false)",
      },
    ],
    seedsMax: 10,
  },
  {
    name: "a grant works outside its hours",
    breaks: "§7: windows: array of 1–16 [days, from, to].",
    patches: [
      {
        file: "protocol/access/decide.js",
        find: "if (!timeUncertain && !isWithinHours(question))",
        replace: "if (false)",
      },
    ],
    seedsMax: 10,
  },
  {
    name: "uses are not counted",
    breaks: "§7: uses: every accepted order or door opening counts.",
    patches: [
      {
        file: "protocol/access/decide.js",
        find: "if (grant.uses !== undefined && question.used >= grant.uses)",
        replace: "if (false)",
      },
    ],
    seedsMax: 10,
  },
  {
    name: "one credential does where two are wanted",
    breaks: "§7: rule: how many different kinds of credential must be shown within 15 s.",
    patches: [{ file: "protocol/access/decide.js", find: "if (shown < (grant.rule ?? 1))", replace: "if (false)" }],
    seedsMax: 10,
  },
  {
    name: "with an uncertain clock every grant works",
    breaks: "§7: After a clock loss grants with nbf, exp or windows get 18 unless essential.",
    patches: [
      {
        file: "protocol/access/decide.js",
        find: "if (timeUncertain && !essential && isTimed(grant))",
        replace: "if (false)",
      },
    ],
    seedsMax: 20,
  },
  {
    name: "the denied list of a roster is not looked at",
    breaks: "§7: A carried grant is refused with 9 if its iat is before carriedFrom or its cti is in denied.",
    patches: [
      {
        file: "protocol/access/carried.js",
        find: "if (roster.denied.some((id) => equalBytes(id, grant.claims.id)))",
        replace: "if (false)",
      },
      {
        file: "protocol/access/carried.js",
        find: "if (grant.claims.issuedAt < roster.carriedFrom)",
        replace: "if (false)",
      },
    ],
    seedsMax: 20,
  },
  {
    name: "an order's signature is not looked at",
    breaks:
      "§0: A bolt moves for exactly one reason: a grant signed by the issuer, and a proof by its bearer that is fresh.",
    patches: [
      {
        file: "lock-sim/firmware/decide-by-grant.js",
        find: "verifyOrder(parts.suite,",
        replace: "verifyOrder({ ...parts.suite, es256Verify: () => true },",
      },
    ],
    seedsMax: 20,
  },
  {
    name: "an order's challenge is not compared",
    breaks: "§7: Only the current one is accepted (else 7).",
    patches: [
      {
        file: "protocol/access/order-check.js",
        find: "if (!equalBytes(order.challenge, challenge))",
        replace: "if (false)",
      },
    ],
    seedsMax: 20,
  },
  {
    name: "CmdCtr stands still",
    breaks: "§3: CmdCtr starts at 0, must match exactly, +1 per command.",
    patches: [
      {
        file: "protocol/session/secure-channel.js",
        find: "counter: channel.counter + 1",
        replace: "counter: channel.counter",
      },
    ],
    isQuick: true,
    seedsMax: 1,
  },
];
