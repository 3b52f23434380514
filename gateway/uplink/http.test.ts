import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { VirtualClock } from "../../protocol/testing/virtual-clock.ts";
import { toCloudEvent } from "./cloud-event.ts";
import { HttpUplink } from "./http.ts";
import { TEST_CERTIFICATE, TEST_CERTIFICATE_KEY } from "./testing/test-certificate.ts";
import { UplinkError } from "./uplink.ts";

const EVENT = toCloudEvent({
  cursor: 1,
  lockId: "00112233445566aa",
  generation: 0,
  seq: 1,
  kind: "record",
  payload: new Uint8Array(48),
  receivedAtMs: 0,
});

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

async function setUp(t: TestContext, answer: Answer, token?: string) {
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    answer(request, response, body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const folder = mkdtempSync(join(tmpdir(), "portvakt-uplink-"));
  const tokenFile = join(folder, "token");
  if (token) writeFileSync(tokenFile, `${token}\n`);
  const clock = new VirtualClock();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`;
  const uplink = new HttpUplink(clock, { url, ...(token && { tokenFile }) });
  t.after(async () => {
    await uplink.close();
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });
  return { uplink, clock };
}

const fails = (code: UplinkError["code"], message: RegExp) => (error: unknown) =>
  error instanceof UplinkError && error.code === code && message.test(error.message);

test("a batch is one POST of CloudEvents in JSON, with the token", async (t) => {
  const { uplink } = await setUp(
    t,
    (request, response, body) => {
      assert.equal(request.method, "POST");
      assert.equal(request.headers["content-type"], "application/cloudevents-batch+json");
      assert.equal(request.headers.authorization, "Bearer s3cret");
      assert.deepEqual(JSON.parse(body), [
        {
          specversion: "1.0",
          id: "00112233445566aa-0-1",
          source: "/locks/00112233445566aa",
          type: "se.portvakt.lock.record.v1",
          subject: "00112233445566aa",
          time: "1970-01-01T00:00:00.000Z",
          datacontenttype: "application/json",
          data: { lockId: "00112233445566aa", generation: 0, seq: 1, record: "A".repeat(64) },
        },
      ]);
      response.end('{"durableThrough":[{"lockId":"00112233445566aa","generation":0,"seq":1}]}');
    },
    "s3cret",
  );
  assert.deepEqual(await uplink.deliver([EVENT]), {
    durableThrough: [{ lockId: "00112233445566aa", generation: 0, seq: 1 }],
  });
});

test("another status is a refusal, told with the problem's detail", async (t) => {
  const { uplink } = await setUp(t, (_, response) => {
    response.writeHead(422).end('{"detail":"the record does not continue the chain"}');
  });
  await assert.rejects(
    uplink.deliver([EVENT]),
    fails("refused", /answers 422: the record does not continue the chain/),
  );
});

test("an answer that is no document of receipts is none", async (t) => {
  const { uplink } = await setUp(t, (_, response) => response.end('{"receipts":[]}'));
  await assert.rejects(uplink.deliver([EVENT]), fails("malformed", /something else than receipts/));
});

test("an endless answer is cut off", async (t) => {
  const { uplink } = await setUp(t, (_, response) => {
    response.write("x".repeat(300 * 1024));
  });
  await assert.rejects(uplink.deliver([EVENT]), fails("unreachable", /endless/));
});

test("a backend that never answers is given up", async (t) => {
  let arrived = () => {};
  const isThere = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const { uplink, clock } = await setUp(t, () => arrived());
  const failure = assert.rejects(uplink.deliver([EVENT]), fails("unreachable", /no answer in time/));
  await isThere;
  clock.advance(30_000);
  await failure;
});

test("a backend with a certificate of one's own is trusted by its CA file, and not without", async (t) => {
  const server = createHttpsServer({ cert: TEST_CERTIFICATE, key: TEST_CERTIFICATE_KEY }, (_, response) =>
    response.end("{}"),
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const folder = mkdtempSync(join(tmpdir(), "portvakt-uplink-"));
  const caFile = join(folder, "ca.pem");
  writeFileSync(caFile, TEST_CERTIFICATE);
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/events`;
  const [trusting, other] = [{ url, caFile }, { url }].map((options) => new HttpUplink(new VirtualClock(), options));
  t.after(async () => {
    await Promise.all([trusting!.close(), other!.close()]);
    server.close();
    rmSync(folder, { recursive: true });
  });
  assert.deepEqual(await trusting!.deliver([EVENT]), {});
  await assert.rejects(other!.deliver([EVENT]), fails("unreachable", /SELF_SIGNED/));
});

test("where nothing listens, a sentence says so", async () => {
  const uplink = new HttpUplink(new VirtualClock(), { url: "http://127.0.0.1:1/events" });
  await assert.rejects(
    uplink.deliver([EVENT]),
    fails("unreachable", /127\.0\.0\.1:1 can not be reached \(ECONNREFUSED\)/),
  );
});

test("files that can not be read are named", async () => {
  const clock = new VirtualClock();
  assert.throws(() => new HttpUplink(clock, { url: "https://x", caFile: "/nowhere/ca.pem" }), /\/nowhere\/ca\.pem/);
  const uplink = new HttpUplink(clock, { url: "http://127.0.0.1:1", tokenFile: "/nowhere/token" });
  await assert.rejects(uplink.deliver([EVENT]), /\/nowhere\/token can not be read/);
});
