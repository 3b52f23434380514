import assert from "node:assert/strict";
import { test } from "node:test";
import { LOCK_A } from "../testing/grants-fixture.ts";
import { RATE_LIMITS } from "./rate-limits.ts";
import { apiFixture, TOKEN } from "./testing/api-fixture.ts";

const FEW = { burst: 3, perSecond: 1 };
const ACTIONS = `/v1/locks/${LOCK_A}/actions`;

type Limited = Partial<typeof RATE_LIMITS>;
const limited = (test: Parameters<typeof apiFixture>[0], limits: Limited) =>
  apiFixture(test, { limits: { ...RATE_LIMITS, ...limits } });

test("who shows wrong tokens too often is told to wait; right ones from there go on working", async (t) => {
  const { ask, clock } = await limited(t, { failuresPerAddress: FEW });
  const statuses = [];
  for (let i = 0; i < 4; i++) statuses.push((await ask("GET", "/v1/locks", undefined, "wrong")).status);
  assert.deepEqual(statuses, [401, 401, 401, 429]);
  const { status, headers, body } = await ask("GET", "/v1/locks", undefined, "wrong");
  assert.deepEqual(
    [status, body.code, headers["retry-after"], body.retryAfterSeconds],
    [429, "too-many-requests", "1", 1],
  );
  assert.equal((await ask("GET", "/v1/locks")).status, 200);
  clock.advance(1_000);
  assert.equal((await ask("GET", "/v1/locks", undefined, "wrong")).status, 401);
});

test("a token that feels around for ids is stopped, another is not", async (t) => {
  const { ask, tokenFor } = await limited(t, { failuresPerToken: FEW });
  const token = await tokenFor("operator");
  const statuses = [];
  for (let i = 0; i < 4; i++)
    statuses.push((await ask("GET", `/v1/grants/${"0".repeat(15)}${i}`, undefined, token)).status);
  assert.deepEqual(statuses, [404, 404, 404, 429]);
  assert.equal((await ask("GET", "/v1/locks", undefined, token)).status, 429);
  assert.equal((await ask("GET", "/v1/locks")).status, 200);
});

test("changes have a limit for each token and for each address, looking has none", async (t) => {
  const { ask, tokenFor } = await limited(t, { writesPerToken: FEW, writesPerAddress: { burst: 5, perSecond: 1 } });
  const write = async (token: string) => (await ask("POST", ACTIONS, { action: "unlock" }, token)).status;
  const first = [await write(TOKEN), await write(TOKEN), await write(TOKEN), await write(TOKEN)];
  assert.deepEqual(first, [200, 200, 200, 429]);
  const other = await tokenFor("operator");
  assert.deepEqual([await write(other), await write(other), await write(other)], [200, 200, 429]);
  for (let i = 0; i < 10; i++) assert.equal((await ask("GET", "/v1/locks")).status, 200);
});

test("what is turned away leaves no entry in the audit, so that it washes none out", async (t) => {
  const { ask, audit } = await limited(t, { writesPerToken: { burst: 1, perSecond: 1 } });
  for (let i = 0; i < 5; i++) await ask("POST", ACTIONS, { action: "unlock" });
  assert.deepEqual(
    audit.after(0, 10).map(({ status }) => status),
    [200],
  );
});
