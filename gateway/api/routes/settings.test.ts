import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_SITE } from "../../config.ts";
import { LOCK_A } from "../../testing/grants-fixture.ts";
import { apiFixture } from "../testing/api-fixture.ts";

const ADDRESS = `/v1/locks/${LOCK_A}/settings`;
const DEFAULTS = {
  tz: DEFAULT_SITE.tz,
  holidays: [],
  stair: "main",
  autoRelockSeconds: 0,
  wrongTriesMax: 5,
  lockoutSeconds: 60,
  unlockSeconds: 5,
  ajarSeconds: 60,
};

test("what is not set at a lock is as the site or the protocol has it", async (t) => {
  const { ask } = await apiFixture(t);
  assert.deepEqual((await ask("GET", ADDRESS)).body, { lockId: LOCK_A, settings: {}, inForce: DEFAULTS });
  const settings = {
    name: "Port",
    tz: "UTC0",
    holidays: ["2027-12-25", "2027-12-24"],
    unlockSeconds: 10,
    keepDays: 30,
  };
  const set = { ...settings, holidays: ["2027-12-24", "2027-12-25"] };
  const { status, body } = await ask("PUT", ADDRESS, settings);
  assert.deepEqual([status, body], [200, { lockId: LOCK_A, settings: set, inForce: { ...DEFAULTS, ...set } }]);
  await ask("PUT", ADDRESS, {});
  assert.deepEqual((await ask("GET", ADDRESS)).body.settings, {});
});

test("the site's holidays hold at every lock that has none of its own", async (t) => {
  const { ask } = await apiFixture(t);
  const put = await ask("PUT", "/v1/holidays", { dates: ["2027-06-06", "2027-01-06"] });
  assert.deepEqual(put.body, { dates: ["2027-01-06", "2027-06-06"] });
  assert.deepEqual((await ask("GET", "/v1/holidays")).body, put.body);
  assert.deepEqual((await ask("GET", ADDRESS)).body.inForce.holidays, put.body.dates);
  await ask("PUT", ADDRESS, { holidays: [] });
  assert.deepEqual((await ask("GET", ADDRESS)).body.inForce.holidays, []);
});

test("every mistake in settings is refused with its field", async (t) => {
  const { ask } = await apiFixture(t);
  const mistakes: [object, string][] = [
    [{ name: "å".repeat(17) }, "name"],
    [{ tz: "Europe/Stockholm" }, "tz"],
    [{ tz: `<${"A".repeat(62)}>0` }, "tz"],
    [{ holidays: ["2027-02-29"] }, "holidays[0]"],
    [{ holidays: ["25.12.2027"] }, "holidays[0]"],
    [{ holidays: Array.from({ length: 41 }, (_, i) => `20${10 + i}-12-25`) }, "holidays"],
    [{ stair: "" }, "stair"],
    [{ autoRelockSeconds: -1 }, "autoRelockSeconds"],
    [{ wrongTriesMax: 0 }, "wrongTriesMax"],
    [{ lockoutSeconds: 3601 }, "lockoutSeconds"],
    [{ unlockSeconds: 0 }, "unlockSeconds"],
    [{ ajarSeconds: 1.5 }, "ajarSeconds"],
    [{ keepDays: 0 }, "keepDays"],
    [{ colour: "red" }, "colour"],
  ];
  for (const [mistake, field] of mistakes) {
    const { status, body } = await ask("PUT", ADDRESS, mistake);
    assert.deepEqual([status, body.code, body.field], [422, "field-invalid", field], JSON.stringify(mistake));
  }
  const { body } = await ask("PUT", "/v1/holidays", { dates: ["1969-12-31"] });
  assert.deepEqual([body.code, body.field], ["field-invalid", "dates[0]"]);
});

test("the settings of a lock that is not paired are not found", async (t) => {
  const { ask } = await apiFixture(t);
  for (const [method, body] of [["GET"], ["PUT", {}]] as const) {
    assert.equal((await ask(method, "/v1/locks/cccccccccccccccc/settings", body)).body.code, "unknown-lock");
  }
});
