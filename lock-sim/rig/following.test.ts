import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { VirtualClock } from "../../protocol/testing/virtual-clock.ts";
import { rigFixture } from "../testing/rig-fixture.ts";

interface Told {
  id?: string;
  event?: string;
  data: { bolt?: { position: string }; event?: string; signal?: string; seq?: number; hasPower?: boolean };
}

/** Reads a stream event by event; a heartbeat is an event without a name. */
async function follow(t: TestContext, url: string, headers: Record<string, string> = {}) {
  const gone = new AbortController();
  t.after(() => gone.abort());
  const response = await fetch(`${url}/v1/state/stream`, { headers, signal: gone.signal });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "text/event-stream");
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const next = async (): Promise<Told> => {
    for (;;) {
      const end = text.indexOf("\n\n");
      if (end >= 0) {
        const fields = text.slice(0, end).split("\n");
        text = text.slice(end + 2);
        const named = Object.fromEntries(fields.map((field) => field.split(/: (.*)/s)));
        return { ...named, data: JSON.parse(named.data ?? "{}") };
      }
      const { value, done } = await reader.read();
      if (done) throw new Error("the stream has ended");
      text += value;
    }
  };
  /** The next event of this name. */
  const nextOf = async (event: string): Promise<Told> => {
    for (;;) {
      const told = await next();
      if (told.event === event) return told;
    }
  };
  return { next, nextOf, leave: () => gone.abort() };
}

const post = (url: string, path: string, body: object = {}) =>
  fetch(url + path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

const waitFor = (url: string, until: string, timeoutMs?: number) =>
  fetch(`${url}/v1/state?${new URLSearchParams({ until, ...(timeoutMs && { timeoutMs: String(timeoutMs) }) })}`);

test("a stream begins with a heartbeat and the state, and tells of changes, signals and records", async (t) => {
  const { url } = await rigFixture(t);
  const { next, nextOf } = await follow(t, url);
  assert.equal((await next()).event, undefined);
  assert.equal((await next()).data.bolt?.position, "thrown");
  await post(url, "/v1/thumb-turn", { to: "drawn" });
  assert.equal((await nextOf("state")).data.bolt?.position, "drawn");
  const { id, data } = await nextOf("record");
  assert.deepEqual([id, data.seq, data.event], ["0-2", 2, "unlocked"]);
  await post(url, "/v1/pairing-button");
  assert.equal((await nextOf("signal")).data.signal, "pairing");
});

test("time alone is no event, and a heartbeat comes every 15 seconds", async (t) => {
  const { url, clock } = await rigFixture(t);
  const { next } = await follow(t, url);
  await next();
  await next();
  clock.advance(15_000);
  assert.deepEqual(await next(), { "": "still here", data: {} });
});

test("whoever comes again with the last id gets what was missed", async (t) => {
  const { url } = await rigFixture(t);
  for (let i = 0; i < 3; i++) await post(url, "/v1/thumb-turn");
  const { nextOf } = await follow(t, url, { "last-event-id": "0-2" });
  assert.equal((await nextOf("record")).id, "0-3");
  assert.equal((await nextOf("record")).id, "0-4");
  const wrong = await fetch(`${url}/v1/state/stream`, { headers: { "last-event-id": "twelve" } });
  assert.equal(wrong.status, 400);
});

test("a power cut and the boot after it are told of", async (t) => {
  const { url, clock } = await rigFixture(t);
  const { nextOf } = await follow(t, url);
  await nextOf("state");
  await post(url, "/v1/power", { offMs: 500 });
  assert.equal((await nextOf("state")).data.hasPower, false);
  clock.advance(500);
  assert.equal((await nextOf("state")).data.hasPower, true);
  assert.equal((await nextOf("record")).data.event, "boot");
});

test("there is room for sixteen followers, and whoever goes makes room", async (t) => {
  const { url, lock } = await rigFixture(t);
  const followers = await Promise.all(Array.from({ length: 16 }, () => follow(t, url)));
  assert.equal((await fetch(`${url}/v1/state/stream`)).status, 503);
  followers[0]!.leave();
  let status = 503;
  while (status === 503) {
    const gone = new AbortController();
    ({ status } = await fetch(`${url}/v1/state/stream`, { signal: gone.signal }));
    gone.abort();
  }
  assert.equal(status, 200);
  assert.ok(lock.firmware);
});

test("until answers at once if it is so, and else when it has come to be so", async (t) => {
  const { url, clock } = await rigFixture(t);
  assert.equal((await waitFor(url, "bolt.position=thrown")).status, 200);
  const waiting = waitFor(url, "bolt.position=drawn,log.seq>=2");
  await waitFor(url, "hasPower=true");
  await post(url, "/v1/thumb-turn", { to: "drawn" });
  const { bolt } = (await (await waiting).json()) as { bolt: { position: string } };
  assert.equal(bolt.position, "drawn");
  const afterPower = waitFor(url, "hasPower=true,log.seq=3");
  await post(url, "/v1/power", { offMs: 1000 });
  clock.advance(1000);
  assert.equal((await afterPower).status, 200);
});

test("a condition that does not come is a problem that says what stands there instead", async (t) => {
  const { url, clock } = await rigFixture(t);
  const response = await passing(url, clock, waitFor(url, "door=closed,bolt.position=drawn", 2000));
  assert.equal(response.status, 504);
  assert.deepEqual(await response.json(), {
    status: 504,
    detail: 'bolt.position=drawn did not come within 2000 ms: it is "thrown"',
  });
});

test("a wrong condition, another field and too many who wait are refused", async (t) => {
  const { url, clock } = await rigFixture(t);
  assert.deepEqual(await (await waitFor(url, "bolt.position=ajar")).json(), {
    status: 400,
    detail: "the condition compares bolt.position with ajar, but it is one of thrown, drawn, between",
    field: "until",
  });
  for (const query of ["timeoutMs=soon", "timeoutMs=600001", "untill=door=open", "until="])
    assert.equal((await fetch(`${url}/v1/state?${query}`)).status, 400, query);
  const waiting = Array.from({ length: 32 }, () => waitFor(url, "door=open", 600_000));
  while ((await passing(url, clock, waitFor(url, "door=open", 1))).status !== 503);
  await post(url, "/v1/door", { open: true });
  for (const response of await Promise.all(waiting)) assert.equal(response.status, 200);
});

/** The answer, for which time passes. */
async function passing(url: string, clock: VirtualClock, waiting: Promise<Response>): Promise<Response> {
  let response: Response | undefined;
  void waiting.then((answer) => {
    response = answer;
  });
  while (!response) {
    await fetch(`${url}/v1/state`);
    clock.advance(100);
  }
  return response;
}
