import { type Static, Type } from "@fastify/type-provider-typebox";
import { toHex } from "../../protocol/wire/bytes.ts";
import { Flag } from "../../protocol/wire/responses.ts";
import type { LockRow, Reported } from "../store/lock-store.ts";
import type { ApiParts } from "./api.ts";
import { hex, LockId, Time, timeText } from "./fields.ts";

const ReportedView = Type.Object({
  at: Time,
  bolt: Type.Enum(["thrown", "drawn"]),
  door: Type.Enum(["open", "closed"]),
  jammed: Type.Boolean(),
  tamper: Type.Boolean(),
  pairingMode: Type.Boolean(),
  batteryLow: Type.Boolean(),
  batteryMillivolt: Type.Integer(),
  temperatureC: Type.Integer(),
  time: Type.String({ format: "date-time", description: "By the lock's own clock" }),
  timeUncertain: Type.Boolean(),
  epoch: Type.Integer({ description: "Of the roster that the lock has" }),
  seq: Type.Integer({ description: "Of its newest event" }),
});

export const LockView = Type.Object(
  {
    lockId: LockId,
    via: Type.String(),
    model: Type.String(),
    hardware: Type.Integer(),
    firmware: Type.Integer(),
    generation: Type.Integer({ description: "How many factory resets it has seen" }),
    sigPk: hex(33, "The lock's own key: signs the heads of its log"),
    pairedAt: Time,
    reported: Type.Optional(ReportedView),
    wantedEpoch: Type.Integer({ description: "Of the roster that the lock shall have" }),
    sync: Type.Object({
      state: Type.Enum(["in-step", "working", "waiting", "stopped"]),
      sentence: Type.String({ description: "Why the lock is not in step, or that it is" }),
      lastContactAt: Type.Optional(Time),
      nextTryAt: Type.Optional(Time),
    }),
    log: Type.Object({
      seq: Type.Integer({ description: "The last event that is safe here" }),
      deliveredThrough: Type.Integer({ description: "The last event that the backend has for good" }),
      acknowledgedThrough: Type.Integer({ description: "The last event that the lock may forget" }),
      undelivered: Type.Integer(),
    }),
  },
  { $id: "Lock", description: "A paired lock: what it is, what it last reported, and how far it is in step" },
);

export type LockJson = Static<typeof LockView>;

export function lockView(lock: LockRow, { rosters, events, sync }: ApiParts): LockJson {
  const { lockId, generation } = lock;
  const status = sync.status(lockId);
  return {
    lockId,
    via: lock.via,
    model: lock.model,
    hardware: lock.hardware,
    firmware: lock.firmware,
    generation,
    sigPk: toHex(lock.sigPk),
    pairedAt: timeText(lock.pairedAtMs),
    ...(lock.reported && { reported: reportedView(lock.reported) }),
    wantedEpoch: rosters.wantedEpoch(lockId),
    sync: {
      state: status?.state ?? "waiting",
      sentence: status?.sentence ?? "Not looked at since the start of the daemon.",
      ...(status?.lastContactAtMs !== undefined && { lastContactAt: timeText(status.lastContactAtMs) }),
      ...(status?.nextTryAtMs !== undefined && { nextTryAt: timeText(status.nextTryAtMs) }),
    },
    log: {
      seq: events.positionIn(lockId, generation)?.seq ?? 0,
      deliveredThrough: events.durableThrough(lockId, generation),
      acknowledgedThrough: events.ackedThrough(lockId, generation),
      undelivered: events.undeliveredCount(lockId),
    },
  };
}

function reportedView(reported: Reported): Static<typeof ReportedView> {
  const has = (flag: number) => (reported.flags & flag) !== 0;
  return {
    at: timeText(reported.atMs),
    bolt: has(Flag.thrown) ? "thrown" : "drawn",
    door: has(Flag.doorOpen) ? "open" : "closed",
    jammed: has(Flag.jammed),
    tamper: has(Flag.tamper),
    pairingMode: has(Flag.pairingMode),
    batteryLow: has(Flag.batteryLow),
    batteryMillivolt: reported.batteryMillivolt,
    temperatureC: reported.temperatureC,
    time: timeText(reported.time * 1000),
    timeUncertain: has(Flag.timeUncertain),
    epoch: reported.epoch,
    seq: reported.seq,
  };
}
