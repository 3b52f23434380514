import { type Static, Type } from "@fastify/type-provider-typebox";
import { toHex } from "../../protocol/wire/bytes.ts";
import { Flag } from "../../protocol/wire/responses.ts";
import type { LockRow, Reported } from "../store/lock-store.ts";
import type { ApiParts } from "./api.ts";
import { hex, LockId, Time, timeText } from "./fields.ts";
import { LogProgress, logProgress, SyncSummary, syncSummary } from "./progress-view.ts";

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
    sync: SyncSummary,
    log: LogProgress,
  },
  {
    $id: "Lock",
    description: "A paired lock: what it is, what it last reported, and how far it is in step",
    examples: [
      {
        lockId: "0a1b2c3d4e5f6071",
        via: "serial:/dev/ttyUSB0?address=3",
        model: "sim",
        hardware: 1,
        firmware: 1,
        generation: 0,
        sigPk: `02${"5a".repeat(32)}`,
        pairedAt: "2027-01-07T12:00:00.000Z",
        wantedEpoch: 3,
        sync: { state: "in-step", reason: "in-step", sentence: "In step." },
        log: { seq: 12, deliveredThrough: 12, acknowledgedThrough: 10, undelivered: 0 },
      },
    ],
  },
);

export type LockJson = Static<typeof LockView>;

export function lockView(lock: LockRow, parts: ApiParts): LockJson {
  const { lockId } = lock;
  return {
    lockId,
    via: lock.via,
    model: lock.model,
    hardware: lock.hardware,
    firmware: lock.firmware,
    generation: lock.generation,
    sigPk: toHex(lock.sigPk),
    pairedAt: timeText(lock.pairedAtMs),
    ...(lock.reported && { reported: reportedView(lock.reported) }),
    wantedEpoch: parts.rosters.wantedEpoch(lockId),
    sync: syncSummary(lockId, parts),
    log: logProgress(lock, parts),
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
