import assert from "node:assert/strict";
import { test } from "node:test";
import { nobleSuite } from "../../../crypto/noble.ts";
import { fromHex } from "../../../protocol/wire/bytes.ts";
import { ExportCheck } from "../../verify/export-check.ts";
import { ExportedLock } from "../../verify/testing/exported-lock.ts";
import { apiFixture } from "../testing/api-fixture.ts";

test("what is exported is what the locks wrote, and holds when it is checked", async (t) => {
  const { ask, events, suite } = await apiFixture(t);
  const locks = [new ExportedLock(nobleSuite, 1), new ExportedLock(nobleSuite, 2)] as const;
  // More than are read at once.
  for (let i = 0; i < 400; i++) await events.append(locks.map((lock) => lock.recordRow()));
  await events.append(locks.map((lock) => lock.headRow()));
  const { status, headers, body } = await ask("GET", "/v1/events/export");
  assert.equal(status, 200);
  assert.equal(headers["content-type"], "application/x-ndjson");
  const keys = new Map(locks.map(({ lockId, sigPk }) => [lockId, fromHex(sigPk)]));
  const check = new ExportCheck(suite, keys);
  for (const line of String(body).split("\n")) check.see(line);
  assert.deepEqual(
    check.verdicts().map(({ lockId, lastSeq, signedThrough, fault }) => [lockId, lastSeq, signedThrough, fault]),
    locks.map(({ lockId }) => [lockId, 400, 400, undefined]),
  );
});

test("one lock's part can be had alone", async (t) => {
  const { ask, events } = await apiFixture(t);
  const [one, other] = [new ExportedLock(nobleSuite, 1), new ExportedLock(nobleSuite, 2)];
  await events.append([one.recordRow(), other.recordRow()]);
  const { body } = await ask("GET", `/v1/events/export?lockId=${other.lockId}`);
  const ids = String(body)
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { id: string }).id);
  assert.deepEqual(ids, [`${other.lockId}-0-1`]);
  assert.equal((await ask("GET", "/v1/events/export?lockId=x")).status, 422);
});

test("the keys of the locks that are paired here stand first", async (t) => {
  const { ask, locks } = await apiFixture(t);
  const { body } = await ask("GET", "/v1/events/export");
  const lines = String(body)
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { lockKey: { lockId: string } });
  assert.deepEqual(
    lines.map(({ lockKey }) => lockKey.lockId),
    locks.list().map(({ lockId }) => lockId),
  );
});
