import assert from "node:assert/strict";
import { test } from "node:test";
import { RecordType } from "../../../protocol/log/record.ts";
import { Flag } from "../../../protocol/wire/responses.ts";
import { BenchDoor } from "./testing/bench-door.ts";

test("a case that is opened is a record and a flag, and again after every boot that finds it open", () => {
  const door = new BenchDoor([]);
  door.lock.setCase(true);
  // The lock looks round every minute, and has told of it then.
  door.wait(130_000);
  assert.equal(door.session.done({ name: "status" }).flags & Flag.tamper, Flag.tamper);
  door.lock.setCase(false);
  assert.equal(door.session.done({ name: "status" }).flags & Flag.tamper, 0);
  door.lock.setCase(true);
  door.bench.reboot();
  door.wait(5000);
  assert.deepEqual(
    door.news().map(({ type }) => type),
    [RecordType.tamper, RecordType.tamper, RecordType.boot, RecordType.tamper],
  );
});
