import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Meters } from "../metrics/meters.ts";
import { PERMISSIONS } from "./permissions.ts";
import { PROBLEMS } from "./problem.ts";

const PAGE = readFileSync(new URL("docs/api.md", import.meta.resolve("#package")), "utf8");

/** The rows of the table with this first heading, cell by cell, without the marks of code. */
function rows(heading: string): string[][] {
  const [, table = ""] = PAGE.split(`\n| ${heading} |`);
  const lines = table.slice(0, table.indexOf("\n\n")).split("\n").slice(2);
  return lines.map((line) =>
    line
      .replaceAll("`", "")
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

test("docs/api.md lists every code of a problem, with its status and title", () => {
  assert.deepEqual(
    rows("code"),
    Object.entries(PROBLEMS).map(([code, { status, title }]) => [code, String(status), title]),
  );
});

test("docs/api.md says of every route who may use it", () => {
  assert.deepEqual(
    rows("route"),
    Object.entries(PERMISSIONS).map(([route, roles]) => [route, roles === "anyone" ? roles : roles.join(", ")]),
  );
});

test("docs/api.md names every metric of ours", async () => {
  const meters = new Meters();
  meters.watch({
    syncStates: () => [],
    revocationAges: () => [],
    undeliveredEvents: () => 0,
    databaseBytes: () => 0,
    setAsideEvents: () => 0,
    lostEvents: () => 0,
    uplinkState: () => "none",
  });
  const names = [...(await meters.text()).matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name);
  assert.deepEqual(
    rows("metric")
      .map(([name]) => name)
      .toSorted(),
    names.toSorted(),
  );
});
