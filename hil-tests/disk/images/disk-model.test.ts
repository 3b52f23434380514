import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededRandom } from "../../../protocol/testing/seeded-random.ts";
import { DiskModel } from "./disk-model.ts";
import type { DiskChange } from "./write-log.ts";

const SECTOR = 512;
const TRIES = 200;

function bytes(value: number, length: number): Uint8Array {
  return new Uint8Array(length).fill(value);
}

/** Everything that power cuts after these changes left, as text and each once. */
function leftBy(changes: DiskChange[]): Set<string> {
  const disk = new DiskModel();
  for (const change of changes) disk.apply(change);
  const random = new SeededRandom(1);
  const describe = ([name, content]: [string, Uint8Array]) => `${name}:${content.length}:${[...new Set(content)]}`;
  return new Set(Array.from({ length: TRIES }, () => [...disk.afterPowerCut(random)].map(describe).join(" ")));
}

const CREATED: DiskChange[] = [
  { kind: "create", path: "a" },
  { kind: "sync", path: "" },
];
const WRITTEN: DiskChange[] = [...CREATED, { kind: "write", path: "a", offset: 0, bytes: bytes(7, 2 * SECTOR) }];

test("what was synced stays, with its name", () => {
  assert.deepEqual(leftBy([...WRITTEN, { kind: "sync", path: "a" }]), new Set(["a:1024:7"]));
});

test("a name that was not synced with its folder may go, whatever was synced of its file", () => {
  const changes: DiskChange[] = [{ kind: "create", path: "a" }, ...WRITTEN.slice(2), { kind: "sync", path: "a" }];
  assert.deepEqual(leftBy(changes), new Set(["", "a:1024:7"]));
});

test("what was not synced may be lost, kept, torn between sectors, or be a length alone", () => {
  const left = leftBy(WRITTEN);
  for (const possible of ["a:0:", "a:1024:7", "a:512:7", "a:1024:0,7", "a:1024:7,0", "a:1024:0"]) {
    assert.ok(left.has(possible), `${possible} of ${[...left].slice(0, 20).join(" ")}`);
  }
});

test("after a failed sync what was written before it is lost, though a later sync succeeds", () => {
  const changes: DiskChange[] = [...WRITTEN, { kind: "failed-sync", path: "a" }, { kind: "sync", path: "a" }];
  assert.deepEqual(leftBy(changes), new Set(["a:0:"]));
});

test("a rename is there or not, and never both names or none", () => {
  const changes: DiskChange[] = [...CREATED, { kind: "rename", path: "a", to: "b" }];
  assert.deepEqual(leftBy(changes), new Set(["a:0:", "b:0:"]));
});
