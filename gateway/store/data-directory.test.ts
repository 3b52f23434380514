import assert from "node:assert/strict";
import { chmodSync, existsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openDataDirectory } from "./data-directory.ts";
import { StoreError } from "./store-error.ts";
import { temporaryDirectory } from "./testing/temporary-directory.ts";

test("a data directory is made for its owner alone, and opens again", (t) => {
  const path = join(temporaryDirectory(t), "a", "b");
  openDataDirectory(path);
  assert.equal(statSync(path).mode & 0o777, 0o700);
  openDataDirectory(path);
});

test("a directory that is open to others is refused with the way out", (t) => {
  const path = temporaryDirectory(t);
  chmodSync(path, 0o750);
  assert.throws(
    () => openDataDirectory(path),
    new StoreError("too-open", `${path} is open to others (mode 750): run chmod 700 ${path}`),
  );
});

test("a file where the directory should be is named", (t) => {
  const path = join(temporaryDirectory(t), "file");
  writeFileSync(path, "");
  for (const wrong of [path, join(path, "below")]) {
    const message = `${wrong} is, or lies below, a file; the data needs a directory`;
    assert.throws(() => openDataDirectory(wrong), { code: "not-writable", message });
  }
});

test("a place where no directory can be made is refused at once", { skip: !existsSync("/proc/self") }, () => {
  assert.throws(() => openDataDirectory("/proc/portvakt"), { code: "not-writable" });
});
