import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { VirtualClock } from "../../protocol/testing/virtual-clock.ts";
import { TransportError } from "./channel.ts";
import { serialLineOpener } from "./serial-line.ts";

const open = (path: string) => serialLineOpener(path, 115_200, new VirtualClock())({ bytes() {}, lost() {} });
const says = (message: string) => (error: unknown) => error instanceof TransportError && error.message === message;

test("a device that is not there is named, with what to look for", async () => {
  await assert.rejects(open("/dev/ttyNone7"), says("/dev/ttyNone7 is not there: is the adapter plugged in?"));
});

test("a file that is no serial port is said to be none", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "portvakt-serial-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "file");
  writeFileSync(path, "");
  await assert.rejects(open(path), says(`${path} is no serial port`));
});
