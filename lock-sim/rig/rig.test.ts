import assert from "node:assert/strict";
import { request } from "node:http";
import { test } from "node:test";
import { toHex } from "../../protocol/wire/bytes.ts";
import { rigFixture } from "../testing/rig-fixture.ts";

/** What these tests look at in the bodies of answers. */
interface Body {
  lockId: string;
  label: string;
  hasPower: boolean;
  bolt: { position: string };
  door: string;
  signal: string | null;
  pairingMode: boolean;
  generation: number;
  grantIds: string[];
  slots: object[];
  clock: object;
  log: { seq: number };
  flash: { erasesByBlock: number[] };
  records: { generation: number; seq: number; event: string }[];
  field?: string;
}

async function get(url: string) {
  const response = await fetch(url);
  return { status: response.status, body: (await response.json()) as Body };
}

async function post(
  url: string,
  body?: string,
  headers: Record<string, string> = { "content-type": "application/json" },
) {
  const response = await fetch(url, { method: "POST", headers, ...(body !== undefined && { body }) });
  return { status: response.status, body: (await response.json()) as Body };
}

test("the state shows the lock, and the label as its only secret", async (t) => {
  const { lock, url, print } = await rigFixture(t);
  const { status, body } = await get(`${url}/v1/state`);
  assert.equal(status, 200);
  assert.equal(body.lockId, print.lockId);
  assert.equal(body.label, print.label);
  assert.equal(body.bolt.position, "thrown");
  assert.equal(body.door, "closed");
  assert.equal(body.pairingMode, false);
  assert.deepEqual(body.grantIds, []);
  assert.deepEqual(body.clock, { seconds: 0, isUncertain: true });
  assert.deepEqual(body.slots[0], { slot: 0, state: "empty" });
  assert.equal(body.log.seq, 1);
  assert.equal(body.flash.erasesByBlock.length, 128);
  const { sigKey, boxKey } = lock.firmware!.inside.identity;
  for (const key of [sigKey, boxKey]) assert.ok(!JSON.stringify(body).includes(toHex(key.reveal())));
});

test("the pairing button turns pairing mode on", async (t) => {
  const { url } = await rigFixture(t);
  assert.equal((await post(`${url}/v1/pairing-button`)).body.pairingMode, true);
  assert.equal((await get(`${url}/v1/state`)).body.signal, "pairing");
});

test("a power cycle takes as long as asked for, and pairing mode with it", async (t) => {
  const { url, clock } = await rigFixture(t);
  await post(`${url}/v1/pairing-button`);
  const { status, body } = await post(`${url}/v1/power`, '{"offMs":500}');
  assert.equal(status, 200);
  assert.equal(body.hasPower, false);
  assert.deepEqual(await post(`${url}/v1/pairing-button`), {
    status: 409,
    body: { status: 409, detail: "the lock has no power" },
  });
  assert.equal((await get(`${url}/v1/log`)).status, 409);
  clock.advance(500);
  const after = await get(`${url}/v1/state`);
  assert.equal(after.body.hasPower, true);
  assert.equal(after.body.pairingMode, false);
  assert.equal(after.body.log.seq, 2);
});

test("a factory reset begins a new generation, and the log shows both in words", async (t) => {
  const { url } = await rigFixture(t);
  assert.equal((await post(`${url}/v1/factory-reset`)).body.generation, 1);
  const { body } = await get(`${url}/v1/log`);
  assert.deepEqual(
    body.records.map((record: { generation: number; seq: number; event: string }) => [
      record.generation,
      record.seq,
      record.event,
    ]),
    [
      [0, 1, "boot"],
      [1, 1, "factory reset"],
      [1, 2, "boot"],
    ],
  );
});

test("a wrong value is refused by the name of its field and changes nothing", async (t) => {
  const { url } = await rigFixture(t);
  for (const offMs of ["-1", "1.5", '"5"', "null", "86400001"]) {
    const { status, body } = await post(`${url}/v1/power`, `{"offMs":${offMs}}`);
    assert.equal(status, 400, offMs);
    assert.equal(body.field, "offMs");
  }
  assert.equal((await post(`${url}/v1/power`)).body.field, "offMs");
  assert.equal((await post(`${url}/v1/power`, '{"offMs":1,"of":2}')).body.field, "of");
  assert.equal((await post(`${url}/v1/factory-reset`, '{"really":true}')).body.field, "really");
  assert.equal((await get(`${url}/v1/state`)).body.log.seq, 1);
});

test("a body that is no JSON object, of another type or too long is refused", async (t) => {
  const { url } = await rigFixture(t);
  for (const body of ["{", "[]", "null", "5"]) assert.equal((await post(`${url}/v1/power`, body)).status, 400, body);
  assert.equal((await post(`${url}/v1/power`, '{"offMs":1}', { "content-type": "text/plain" })).status, 415);
  assert.equal((await post(`${url}/v1/power`, `{"offMs":${" ".repeat(20_000)}1}`)).status, 413);
});

test("unknown routes and methods are refused in JSON", async (t) => {
  const { url } = await rigFixture(t);
  assert.deepEqual(await get(`${url}/v2/state`), {
    status: 404,
    body: { status: 404, detail: "there is nothing at /v2/state" },
  });
  assert.equal((await post(`${url}/v1/state`)).status, 405);
});

test("a page in a browser that was led here is refused, by its origin and by the name it used", async (t) => {
  const { url } = await rigFixture(t);
  const headers = { "content-type": "application/json", origin: "https://example.org" };
  assert.equal((await post(`${url}/v1/factory-reset`, undefined, headers)).status, 403);
  const status = await new Promise((resolve) => {
    request(`${url}/v1/state`, { headers: { host: "rebound.example.org" } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).end();
  });
  assert.equal(status, 403);
});

test("a request that breaks off half way harms nobody", async (t) => {
  const { url } = await rigFixture(t);
  await new Promise((resolve) => {
    const broken = request(`${url}/v1/power`, { method: "POST", headers: { "content-length": 50 } });
    broken.on("error", resolve);
    broken.write('{"off', () => broken.destroy(new Error("cut")));
  });
  assert.equal((await get(`${url}/v1/state`)).status, 200);
});
