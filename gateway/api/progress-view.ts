import { type Static, Type } from "@fastify/type-provider-typebox";
import type { LockRow } from "../store/lock-store.ts";
import type { ApiParts } from "./api.ts";
import { Time, timeText } from "./fields.ts";
import type { SyncReason } from "./services.ts";

const SYNC_REASONS = [
  "in-step",
  "not-asked",
  "no-roster",
  "held",
  "sending",
  "waiting-for-contact",
  "keys-unknown",
  "not-paired",
  "refused",
  "changed-elsewhere",
  "log-disagrees",
  "not-trusted",
  "disk-trouble",
] as const satisfies readonly SyncReason[];

/** How far a lock is in step, in short. */
export const SyncSummary = Type.Object({
  state: Type.Enum(["in-step", "working", "waiting", "stopped"]),
  reason: Type.Enum(SYNC_REASONS, { description: "The sentence for programs" }),
  sentence: Type.String({ description: "Why the lock is not in step, or that it is" }),
  refusal: Type.Optional(Type.String({ description: "The lock's reason for refusing a step, as in table-full" })),
  progress: Type.Optional(
    Type.Object({ done: Type.Integer(), of: Type.Integer() }, { description: "Grants of the roster on its way" }),
  ),
  lastContactAt: Type.Optional(Time),
  nextTryAt: Type.Optional(Time),
});

export function syncSummary(lockId: string, { sync }: ApiParts): Static<typeof SyncSummary> {
  const status = sync.status(lockId);
  return {
    state: status?.state ?? "waiting",
    reason: status?.reason ?? "not-asked",
    sentence: status?.sentence ?? "Not looked at since the start of the daemon.",
    ...(status?.refusal !== undefined && { refusal: status.refusal }),
    ...(status?.progress && { progress: status.progress }),
    ...(status?.lastContactAtMs !== undefined && { lastContactAt: timeText(status.lastContactAtMs) }),
    ...(status?.nextTryAtMs !== undefined && { nextTryAt: timeText(status.nextTryAtMs) }),
  };
}

/** How far a lock's events have come. */
export const LogProgress = Type.Object({
  seq: Type.Integer({ description: "The last event that is safe here" }),
  deliveredThrough: Type.Integer({ description: "The last event that the backend has for good" }),
  acknowledgedThrough: Type.Integer({ description: "The last event that the lock may forget" }),
  undelivered: Type.Integer({ description: "Events that the backend does not have yet" }),
});

export function logProgress({ lockId, generation }: LockRow, { events, outbox }: ApiParts): Static<typeof LogProgress> {
  return {
    seq: events.positionIn(lockId, generation)?.seq ?? 0,
    deliveredThrough: events.durableThrough(lockId, generation),
    acknowledgedThrough: events.ackedThrough(lockId, generation),
    undelivered: outbox.undeliveredCount(lockId),
  };
}
