import assert from "node:assert/strict";
import { test } from "node:test";
import { Action } from "../../protocol/documents/order.ts";
import { type LogRecord, RecordType } from "../../protocol/log/record.ts";
import type { BenchDoor } from "../firmware/door/testing/bench-door.ts";
import { atEveryMoment, KEY_ID } from "./testing/trial.ts";

// Every event at the door that writes to flash. An opening by PIN, and a wrong one, have their trials beside their own code.

const AJAR_MS = 61_000;
const RELOCK_MS = 10_000;
const LOW_MILLIVOLT = 3900;
const FRESH_MILLIVOLT = 6000;

interface EventTrial {
  readonly what: string;
  readonly prepare?: (door: BenchDoor) => void;
  readonly happen: (door: BenchDoor) => void;
  readonly byHand?: boolean;
  /** The record that it leaves: one, or none if the power went before. */
  readonly type: RecordType;
  readonly n?: number;
}

function hold({ bench, session }: BenchDoor): void {
  session.done(bench.act(session, { action: Action.hold, grantId: KEY_ID }));
}

function unlock({ bench, session }: BenchDoor): void {
  session.done(bench.act(session, { grantId: KEY_ID }));
}

function enter(door: BenchDoor): void {
  door.showTag();
  wait(door);
}

function openDoor(door: BenchDoor): void {
  hold(door);
  door.lock.setDoor(true);
}

function wait(door: BenchDoor): void {
  door.wait(RELOCK_MS);
}

const TRIALS: readonly EventTrial[] = [
  { what: "a tag opens", happen: enter, type: RecordType.unlocked },
  { what: "a copied tag", happen: (door) => door.showTag(undefined, "cloned"), type: RecordType.refused },
  { what: "the bolt relocks by itself", prepare: unlock, happen: wait, type: RecordType.locked },
  {
    what: "the bolt jams as it relocks",
    prepare: (door) => {
      unlock(door);
      door.lock.hardware.bolt.jam(true);
    },
    happen: (door) => {
      wait(door);
      door.lock.hardware.bolt.jam(false);
    },
    type: RecordType.jammed,
  },
  { what: "the door is opened", prepare: hold, happen: ({ lock }) => lock.setDoor(true), type: RecordType.doorOpened },
  {
    what: "the door is closed",
    prepare: openDoor,
    happen: ({ lock }) => lock.setDoor(false),
    type: RecordType.doorClosed,
  },
  {
    what: "the door is left open",
    prepare: openDoor,
    happen: (door) => door.wait(AJAR_MS),
    type: RecordType.doorLeftOpen,
  },
  { what: "the door is forced", happen: ({ lock }) => lock.setDoor(true), type: RecordType.doorForced },
  {
    what: "a hand draws the bolt",
    happen: ({ lock }) => lock.turnThumb("drawn"),
    type: RecordType.unlocked,
    byHand: true,
  },
  {
    what: "a hand throws the bolt",
    prepare: hold,
    happen: ({ lock }) => lock.turnThumb("thrown"),
    type: RecordType.locked,
    byHand: true,
  },
  { what: "privacy is asked for", happen: ({ lock }) => lock.setPrivacy(true), type: RecordType.privacy, n: 0 },
  {
    what: "privacy ends",
    prepare: ({ lock }) => lock.setPrivacy(true),
    happen: ({ lock }) => lock.setPrivacy(false),
    type: RecordType.privacy,
    n: 1,
  },
  {
    what: "the battery gets low",
    happen: (door) => {
      door.lock.setBattery(LOW_MILLIVOLT);
      door.wait(AJAR_MS);
    },
    type: RecordType.battery,
    n: 0,
  },
  {
    what: "the battery is replaced",
    prepare: (door) => {
      door.lock.setBattery(LOW_MILLIVOLT);
      door.wait(AJAR_MS);
    },
    happen: (door) => {
      door.lock.setBattery(FRESH_MILLIVOLT);
      door.wait(AJAR_MS);
    },
    type: RecordType.battery,
    n: 1,
  },
  { what: "the case is opened", happen: ({ lock }) => lock.setCase(true), type: RecordType.tamper },
];

for (const { what, prepare, happen, byHand = false, type, n = 0 } of TRIALS) {
  test(what, () => {
    atEveryMoment({
      prepare: (door) => {
        prepare?.(door);
        return door.lock.firmware!.inside.store.position.seq;
      },
      happen,
      byHand,
      also: ({ now, prepared: seqBefore, wasCut }) => {
        const since = now.records.filter(({ seq }) => seq > seqBefore);
        const isTold = (record: LogRecord) => record.type === type && record.n === n;
        if (!wasCut) assert(since.some(isTold), "it was written down");
        // A state that a sensor still shows may be written down again after a boot; nothing is twice in one life.
        for (const life of livesOf(since)) assert(life.filter(isTold).length <= 1, "written down twice");
      },
    });
  });
}

/** From boot to boot. */
function livesOf(records: readonly LogRecord[]): LogRecord[][] {
  const lives: LogRecord[][] = [[]];
  for (const record of records) {
    if (record.type === RecordType.boot) lives.push([]);
    lives.at(-1)!.push(record);
  }
  return lives;
}
