import assert from "node:assert/strict";
import { test } from "node:test";
import { Secret } from "../crypto/secret.ts";
import { createLog } from "./log.ts";

function logged(write: (log: ReturnType<typeof createLog>) => void): string {
  const lines: string[] = [];
  write(createLog("info", { write: (line) => void lines.push(line) }));
  return lines.join("");
}

test("a line is JSON with level, time, fields and sentence", () => {
  const line = JSON.parse(logged((log) => log.child({ lockId: "aa" }).info({ seq: 3 }, "Pulled.")));
  assert.match(line.time, /^\d{4}-\d\d-\d\dT/);
  delete line.time;
  assert.deepEqual(line, { level: "info", lockId: "aa", seq: 3, msg: "Pulled." });
});

test("tokens, labels and keys do not get into a line, at any of three depths", () => {
  const members = {
    token: "t0p",
    label: "LK1:t0p",
    pmk: new Secret(new Uint8Array(32)),
    headers: { authorization: "t0p" },
  };
  const text = logged((log) => log.warn({ ...members, inside: { ...members } }, "Something."));
  assert(!text.includes("t0p"), text);
  assert.match(text, /\[hidden\]/);
});

test("a level that is not asked for is silent", () => {
  assert.equal(
    logged((log) => log.debug({}, "Detail.")),
    "",
  );
});
