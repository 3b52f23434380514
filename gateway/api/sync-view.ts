import { type Static, Type } from "@fastify/type-provider-typebox";
import { parseRoster } from "../../protocol/documents/roster.ts";
import { toHex } from "../../protocol/wire/bytes.ts";
import { Flag } from "../../protocol/wire/responses.ts";
import type { LockRow } from "../store/lock-store.ts";
import type { ApiParts } from "./api.ts";
import { hex, LockId, Time, timeText } from "./fields.ts";
import { LogProgress, logProgress, SyncSummary, syncSummary } from "./progress-view.ts";
import type { ForeignRoster } from "./services.ts";

const Digest = hex(32, "SHA-256 over the roster's grants (protocol.md §7)");

export const SyncView = Type.Object(
  {
    lockId: LockId,
    ...SyncSummary.properties,
    roster: Type.Object(
      {
        inStep: Type.Boolean(),
        wanted: Type.Object({ epoch: Type.Integer(), digest: Type.Optional(Digest) }),
        reported: Type.Optional(Type.Object({ epoch: Type.Integer(), digest: Digest })),
      },
      { description: "The roster that the lock shall have, and the one that it says it has" },
    ),
    log: Type.Object({
      ...LogProgress.properties,
      generation: Type.Integer({ description: "How many factory resets the lock has seen" }),
      reportedSeq: Type.Optional(Type.Integer({ description: "The newest event that the lock has told of" })),
    }),
    clock: Type.Optional(
      Type.Object({
        errorSeconds: Type.Optional(
          Type.Integer({ description: "How far the lock's clock is ahead of the gateway's; absent until measured" }),
        ),
        boundSeconds: Type.Optional(Type.Integer({ description: "How much that may be off" })),
        uncertain: Type.Boolean({ description: "The lock itself does not trust its clock" }),
      }),
    ),
    reportedAt: Type.Optional(Time),
    revocationAgeSeconds: Type.Optional(
      Type.Integer({
        description:
          "How long ago the lock last confirmed that it has the roster that was wanted at that moment: what was revoked since may still open it",
      }),
    ),
    staleAfter: Type.Optional(
      Type.String({
        format: "date-time",
        description: "From then on the roster that the lock confirmed lets only essential grants in",
      }),
    ),
    changedElsewhere: Type.Optional(
      Type.Object(
        {
          epoch: Type.Integer(),
          digest: Digest,
          at: Time,
          renewals: Type.Integer({
            description: "How often such rosters have been overwritten since somebody decided",
          }),
        },
        { description: "The last roster that the lock had and nobody here had made" },
      ),
    ),
  },
  {
    $id: "Sync",
    description: "What a lock shall have against what it last reported",
    examples: [
      {
        lockId: "0a1b2c3d4e5f6071",
        state: "waiting",
        reason: "waiting-for-contact",
        sentence: "The lock did not answer.",
        roster: { inStep: false, wanted: { epoch: 4 }, reported: { epoch: 3, digest: "00".repeat(32) } },
        log: { generation: 0, reportedSeq: 12, seq: 10, deliveredThrough: 10, acknowledgedThrough: 10, undelivered: 0 },
        clock: { errorSeconds: -2, boundSeconds: 1, uncertain: false },
        reportedAt: "2027-01-07T12:00:00.000Z",
        revocationAgeSeconds: 90,
      },
    ],
  },
);

export type SyncJson = Static<typeof SyncView>;

export function syncView(lock: LockRow, parts: ApiParts): SyncJson {
  const { lockId, generation, reported } = lock;
  const wanted = wantedRoster(lockId, parts);
  const { clockError, revocationAgeSeconds, staleAfter, foreignRoster } = parts.sync.status(lockId) ?? {};
  const has = reported && { epoch: reported.epoch, digest: toHex(reported.rosterDigest) };
  return {
    lockId,
    ...syncSummary(lockId, parts),
    roster: {
      inStep: has !== undefined && wanted.epoch === has.epoch && wanted.digest === has.digest,
      wanted,
      ...(has && { reported: has }),
    },
    log: { generation, ...(reported && { reportedSeq: reported.seq }), ...logProgress(lock, parts) },
    ...(reported && {
      clock: {
        ...(clockError && { errorSeconds: clockError.seconds, boundSeconds: clockError.boundSeconds }),
        uncertain: (reported.flags & Flag.timeUncertain) !== 0,
      },
      reportedAt: timeText(reported.atMs),
    }),
    ...(revocationAgeSeconds !== undefined && { revocationAgeSeconds }),
    ...(staleAfter !== undefined && { staleAfter: timeText(staleAfter * 1000) }),
    ...(foreignRoster && { changedElsewhere: foreignView(foreignRoster) }),
  };
}

function foreignView({ epoch, digest, atMs, renewals }: ForeignRoster): NonNullable<SyncJson["changedElsewhere"]> {
  return { epoch, digest: toHex(digest), at: timeText(atMs), renewals };
}

function wantedRoster(lockId: string, { rosters, suite }: ApiParts): SyncJson["roster"]["wanted"] {
  const document = rosters.document(lockId);
  const roster = document && parseRoster(suite, document);
  if (!roster?.ok) return { epoch: 0 };
  return { epoch: roster.value.claims.epoch, digest: toHex(roster.value.claims.digest) };
}
