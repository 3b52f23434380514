import assert from "node:assert/strict";
import { opensslSuite as suite } from "../../../crypto/openssl.ts";
import { Secret } from "../../../crypto/secret.ts";
import type { Asked } from "../../../gateway/decision/asked.ts";
import { type Case, decideBeforehand } from "../../../gateway/decision/decide-beforehand.ts";
import { decide } from "../../../protocol/access/decide.ts";
import { type GrantClaims, parseGrant, Right, signGrant, type Window } from "../../../protocol/documents/grant.ts";
import { Action } from "../../../protocol/documents/order.ts";
import { parseRoster, rosterDigest, signRoster } from "../../../protocol/documents/roster.ts";
import { SEALED_BYTES } from "../../../protocol/documents/sealed.ts";
import type { Random } from "../../../protocol/random.ts";
import { Reason } from "../../../protocol/wire/reason.ts";
import type { Row } from "../row.ts";
import { latency, spread } from "../statistics.ts";
import { inTurns, rate } from "../turns.ts";

const DAY = 86_400;
/** A Thursday noon in Stockholm. */
const NOW = Date.UTC(2027, 0, 7, 11) / 1000;
const LOOK_AHEAD_SECONDS = 366 * DAY;
const WEEKDAYS: Window = { days: 0x1f, from: 7 * 60, to: 17 * 60 };
/** As many windows as a grant holds, one after the other round the clock. */
const MANY = Array.from({ length: 16 }, (_, i): Window => ({ days: 0x7f, from: 90 * i, to: 90 * (i + 1) }));

export const decision: Row = {
  name: "decision",
  how:
    "A grant with weekday hours and a limit of uses, asked of at noon. *Decide alone*: the lock's function. *Explained*: the same with the rule that " +
    "it rests on. *With its next change*: what `GET /v1/locks/{id}/decision` works out, looking 366 days ahead; it finds the evening. " +
    "*That never turns*: a spent grant. *At worst*: 16 windows that follow each other round the clock, so that each of their edges is asked for.",

  async measure({ clock, random, effort }) {
    const usual = caseOf(random, [WEEKDAYS], 0);
    const contenders: [id: string, what: string, work: () => void][] = [
      ["decide", "decide alone", () => assert.equal(decideAlone(usual), Reason.done)],
      ["explained", "explained", () => explain(usual, 0, Reason.done)],
      ["changes", "explained with its next change", () => explain(usual, LOOK_AHEAD_SECONDS, Reason.done)],
      [
        "never",
        "explained that never turns",
        () => explain({ ...usual, used: 1 }, LOOK_AHEAD_SECONDS, Reason.usesSpent),
      ],
    ];
    const rates = await inTurns(
      effort.rounds,
      contenders.map(
        ([, , work]) =>
          () =>
            rate(clock, effort.roundMs, work),
      ),
    );
    const worst = caseOf(random, MANY, 0);
    const timesMs = Array.from({ length: effort.memoryReadings }, () => {
      const startMs = clock.monotonicMs();
      explain(worst, LOOK_AHEAD_SECONDS, Reason.done);
      return clock.monotonicMs() - startMs;
    });
    return [
      ...contenders.map(([id, what], i) => ({ id, what, unit: "per second", measured: spread(rates[i] ?? []) })),
      { id: "worst", what: "explained at worst", unit: "ms", measured: latency(timesMs) },
    ];
  },
};

const ASKED: Asked = { action: Action.unlock, at: NOW, privacy: false, timeUncertain: false };

function explain(of: Case, lookAheadSeconds: number, reason: Reason): void {
  assert.equal(decideBeforehand(of, ASKED, NOW + lookAheadSeconds).reason, reason);
}

function decideAlone({ lockId, roster, grant, used }: Case): Reason {
  const { settings, staleAfter } = roster.claims;
  const kindsShown = new Set([1] as const);
  return decide({
    lockId,
    grant: grant.claims,
    action: Action.unlock,
    settings,
    staleAfter,
    now: NOW,
    timeUncertain: false,
    used,
    kindsShown,
    privacy: false,
  });
}

function caseOf(random: Random, windows: readonly Window[], used: number): Case {
  const key = new Secret(suite.p256PrivateKey((length) => random.bytes(length)).reveal());
  const lockId = random.bytes(8);
  const claims: GrantClaims = {
    subject: random.bytes(8),
    audience: [lockId],
    issuedAt: NOW,
    expires: NOW + 2 * LOOK_AHEAD_SECONDS,
    id: random.bytes(8),
    credentials: [{ kind: "tag", uid: random.bytes(7) }],
    windows,
    rights: Right.unlock,
    uses: 1,
  };
  const document = signGrant(suite, key, claims);
  const roster = signRoster(suite, key, {
    lockId,
    generation: 0,
    epoch: 1,
    issuedAt: NOW,
    staleAfter: 0,
    count: 1,
    digest: rosterDigest(suite, [document]),
    carriedFrom: 0,
    denied: [],
    settings: { tz: "CET-1CEST,M3.5.0,M10.5.0/3", sealedSecrets: random.bytes(SEALED_BYTES) },
  });
  const grant = parseGrant(suite, document);
  const parsed = parseRoster(suite, roster);
  assert(grant.ok && parsed.ok);
  return { lockId, roster: parsed.value, grant: grant.value, inTable: document, used };
}
