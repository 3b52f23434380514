import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { TLSSocket } from "node:tls";
import { gunzipSync } from "node:zlib";
import { opensslSuite } from "../../crypto/openssl.ts";
import { VirtualClock } from "../../protocol/testing/virtual-clock.ts";
import { toCloudEvent } from "./cloud-event.ts";
import { type HttpAuth, HttpUplink } from "./http.ts";
import type { HttpTls } from "./http-client.ts";
import { TEST_CERTIFICATE, TEST_CERTIFICATE_KEY } from "./testing/test-certificate.ts";
import { UplinkError } from "./uplink.ts";

const NO_AUTH = { kind: "none" } as const;
const PLAIN = { auth: NO_AUTH, askEveryMs: 1 };
const HMAC_KEY = Buffer.alloc(32, 7);
const EVENT = toCloudEvent({
  cursor: 1,
  lockId: "00112233445566aa",
  generation: 0,
  seq: 1,
  kind: "record",
  payload: new Uint8Array(48),
  receivedAtMs: 0,
});

const BIG_BATCH = Array.from({ length: 100 }, () => EVENT);

type Answer = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void;

/** An uplink to a server that answers so, and a folder with a file for each secret. */
async function setUp(
  t: TestContext,
  answer: Answer,
  authOf: (folder: string, url: string) => HttpAuth = () => NO_AUTH,
) {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    answer(request, response, Buffer.concat(chunks));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const folder = mkdtempSync(join(tmpdir(), "portvakt-uplink-"));
  writeFileSync(join(folder, "token"), "s3cret\n");
  writeFileSync(join(folder, "key"), `${HMAC_KEY.toString("base64")}\n`);
  const clock = new VirtualClock();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const uplink = new HttpUplink(opensslSuite, clock, {
    url: `${url}/events`,
    auth: authOf(folder, url),
    askEveryMs: 1,
  });
  t.after(async () => {
    await uplink.close();
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });
  return { uplink, clock, server };
}

const fails = (code: UplinkError["code"], message: RegExp) => (error: unknown) =>
  error instanceof UplinkError && error.code === code && message.test(error.message);

test("a batch is one POST of CloudEvents in JSON, with the token", async (t) => {
  const { uplink } = await setUp(
    t,
    (request, response, body) => {
      assert.equal(request.method, "POST");
      assert.equal(request.headers["content-encoding"], undefined);
      assert.equal(request.headers["content-type"], "application/cloudevents-batch+json");
      assert.equal(request.headers.authorization, "Bearer s3cret");
      assert.deepEqual(JSON.parse(body.toString()), [
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
    (folder) => ({ kind: "token", tokenFile: join(folder, "token") }),
  );
  assert.deepEqual(await uplink.deliver([EVENT]), {
    durableThrough: [{ lockId: "00112233445566aa", generation: 0, seq: 1 }],
  });
});

test("reports go to the same address, told apart by their type, and documents come with the answer", async (t) => {
  const message = { gatewayId: "6761746577617931", reports: [], results: [] };
  const { uplink } = await setUp(t, (request, response, body) => {
    assert.equal(request.url, "/events");
    assert.equal(request.headers["content-type"], "application/vnd.portvakt.reports+json");
    assert.deepEqual(JSON.parse(body.toString()), message);
    response.end('{"documents":{"issuerId":"00112233445566aa","timeTokens":["AQID"]}}');
  });
  assert.deepEqual(await uplink.report(message), {
    documents: { ok: true, bundle: { issuerId: "00112233445566aa", timeTokens: [Uint8Array.of(1, 2, 3)] } },
  });
});

test("documents that can not be read leave the rest of the answer standing", async (t) => {
  const { uplink } = await setUp(t, (_, response) => response.end('{"rewind":[],"documents":{"grants":[1]}}'));
  assert.deepEqual(await uplink.deliver([EVENT]), {
    rewind: [],
    documents: { ok: false, trouble: "documents.issuerId is not 16 lower-case hexadecimal digits" },
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

test("a backend with a certificate of one's own is trusted by its CA file, and may ask for ours", async (t) => {
  const options = { cert: TEST_CERTIFICATE, key: TEST_CERTIFICATE_KEY, ca: TEST_CERTIFICATE, requestCert: true };
  const server = createHttpsServer({ ...options, rejectUnauthorized: false }, (request, response) => {
    const { authorized } = request.socket as TLSSocket;
    response.writeHead(authorized ? 200 : 403).end("{}");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const folder = mkdtempSync(join(tmpdir(), "portvakt-uplink-"));
  const [caFile, keyFile] = [join(folder, "ca.pem"), join(folder, "key.pem")];
  writeFileSync(caFile, TEST_CERTIFICATE);
  writeFileSync(keyFile, TEST_CERTIFICATE_KEY);
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/events`;
  const client = { certificateFile: caFile, keyFile };
  const make = (tls: HttpTls) => new HttpUplink(opensslSuite, new VirtualClock(), { url, ...PLAIN, ...tls });
  const uplinks = [make({ caFile, client }), make({ caFile }), make({})] as const;
  t.after(async () => {
    await Promise.all(uplinks.map((uplink) => uplink.close()));
    server.close();
    rmSync(folder, { recursive: true });
  });
  assert.deepEqual(await uplinks[0].deliver([EVENT]), {});
  await assert.rejects(uplinks[1].deliver([EVENT]), fails("refused", /answers 403/));
  await assert.rejects(uplinks[2].deliver([EVENT]), fails("unreachable", /SELF_SIGNED/));
});

test("where nothing listens, a sentence says so", async () => {
  const uplink = new HttpUplink(opensslSuite, new VirtualClock(), { url: "http://127.0.0.1:1/events", ...PLAIN });
  await assert.rejects(
    uplink.deliver([EVENT]),
    fails("unreachable", /127\.0\.0\.1:1 can not be reached \(ECONNREFUSED\)/),
  );
});

test("files that can not be read, or hold something else, are named", async () => {
  const make = (options: HttpTls & { auth: HttpAuth }) =>
    new HttpUplink(opensslSuite, new VirtualClock(), { url: "http://127.0.0.1:1", ...PLAIN, ...options });
  assert.throws(() => make({ auth: NO_AUTH, caFile: "/nowhere/ca.pem" }), /\/nowhere\/ca\.pem can not be read/);
  assert.throws(
    () => make({ auth: { kind: "hmac", keyId: "k", keyFile: "/dev/null" } }),
    /\/dev\/null does not hold 32/,
  );
  const uplink = make({ auth: { kind: "token", tokenFile: "/nowhere/token" } });
  await assert.rejects(uplink.deliver([EVENT]), /\/nowhere\/token can not be read/);
});

test("a batch of some size goes packed", async (t) => {
  const { uplink } = await setUp(t, (request, response, body) => {
    assert.equal(request.headers["content-encoding"], "gzip");
    assert.equal((JSON.parse(gunzipSync(body).toString()) as unknown[]).length, 100);
    response.end("{}");
  });
  assert.deepEqual(await uplink.deliver(BIG_BATCH), {});
});

test("a backend that can not unpack gets its batches as they are, and no event is to blame", async (t) => {
  const packed: boolean[] = [];
  const { uplink } = await setUp(t, (request, response) => {
    packed.push(request.headers["content-encoding"] === "gzip");
    response.writeHead(packed.at(-1) ? 400 : 200).end("{}");
  });
  await uplink.deliver(BIG_BATCH);
  await uplink.deliver(BIG_BATCH);
  assert.deepEqual(packed, [true, false, false]);
});

test("once packed batches have been taken, a 400 is about the events", async (t) => {
  const statuses = [200, 400];
  const { uplink } = await setUp(t, (_, response) => response.writeHead(statuses.shift() ?? 500).end("{}"));
  await uplink.deliver(BIG_BATCH);
  await assert.rejects(uplink.deliver(BIG_BATCH), { code: "refused", malformed: true });
  assert.deepEqual(statuses, []);
});

test("a good answer without a word makes nothing durable", async (t) => {
  const { uplink } = await setUp(t, (_, response) => response.writeHead(204).end());
  assert.deepEqual(await uplink.deliver([EVENT]), {});
});

test("what the backend's refusal means stands in the error", async (t) => {
  let status = 0;
  const { uplink } = await setUp(t, (_, response) => response.writeHead(status).end());
  const refusal = async (code: number) => {
    status = code;
    const error = await uplink.deliver([EVENT]).catch((reason: unknown) => reason);
    assert.ok(error instanceof UplinkError);
    return [error.malformed, error.tooLarge, error.retryAfterMs];
  };
  assert.deepEqual(await refusal(400), [true, false, undefined]);
  assert.deepEqual(await refusal(422), [true, false, undefined]);
  assert.deepEqual(await refusal(413), [false, true, undefined]);
  assert.deepEqual(await refusal(500), [false, false, undefined]);
});

test("a redirect is not followed: events go where the configuration says, or nowhere", async (t) => {
  let requests = 0;
  const { uplink } = await setUp(t, (_, response) => {
    requests++;
    response.writeHead(307, { location: "/elsewhere" }).end();
  });
  await assert.rejects(uplink.deliver([EVENT]), fails("refused", /sends us elsewhere \(307\)/));
  assert.equal(requests, 1);
});

test("a backend that asks to be left alone is left alone by all locks, and no longer than it asks", async (t) => {
  let requests = 0;
  const { uplink, clock } = await setUp(t, (_, response) => {
    if (++requests === 1) response.writeHead(503, { "retry-after": "120" }).end();
    else response.end("{}");
  });
  await assert.rejects(uplink.deliver([EVENT]), { retryAfterMs: 120_000 });
  clock.advance(119_000);
  await assert.rejects(uplink.deliver([EVENT]), { retryAfterMs: 1_000 });
  assert.equal(requests, 1);
  clock.advance(1_000);
  assert.deepEqual(await uplink.deliver([EVENT]), {});
});

test("connections are kept, and one that the backend has closed in the meantime is no failure", async (t) => {
  const ports = new Set<number | undefined>();
  const { uplink, server } = await setUp(t, (request, response) => {
    // Cut as soon as it is used again: that is how it looks when the backend's idle time ends just then.
    if (ports.has(request.socket.remotePort) && ports.size === 1) request.socket.destroy();
    ports.add(request.socket.remotePort);
    response.end("{}");
  });
  server.keepAliveTimeout = 0;
  await uplink.deliver([EVENT]);
  await uplink.deliver([EVENT]);
  assert.equal(ports.size, 2);
  await uplink.deliver([EVENT]);
  assert.equal(ports.size, 2);
});

test("when one connection leads nowhere, those that lie ready are not tried one after the other", async (t) => {
  const silent = new Set<number | undefined>();
  let isSilent = false;
  let heard = () => {};
  const { uplink, clock, server } = await setUp(t, (request, response) => {
    silent.add(request.socket.remotePort);
    if (isSilent) heard();
    else response.end("{}");
  });
  server.keepAliveTimeout = 0;
  // Three at once open three connections.
  await Promise.all([uplink.deliver([EVENT]), uplink.deliver([EVENT]), uplink.deliver([EVENT])]);
  const before = new Set(silent);
  assert.equal(before.size, 3);
  isSilent = true;
  const isHeard = new Promise<void>((resolve) => {
    heard = resolve;
  });
  const failure = assert.rejects(uplink.deliver([EVENT]), /no answer in time/);
  await isHeard;
  clock.advance(30_000);
  await failure;
  isSilent = false;
  silent.clear();
  await uplink.deliver([EVENT]);
  const [port] = silent;
  assert.ok(!before.has(port));
});

test("with a shared key each request is signed (RFC 9421), its body by its digest (RFC 9530)", async (t) => {
  const { uplink, clock } = await setUp(
    t,
    (request, response, body) => {
      const { headers } = request;
      const digest = `sha-256=:${createHash("sha256").update(body).digest("base64")}:`;
      assert.equal(headers["content-digest"], digest);
      const covered = '"@method" "@target-uri" "content-type" "content-encoding" "content-digest"';
      const params = `(${covered});created=${Math.floor(clock.wallMs() / 1000)};keyid="stair-4"`;
      assert.equal(headers["signature-input"], `portvakt=${params}`);
      const base = [
        '"@method": POST',
        `"@target-uri": http://${headers.host}/events`,
        '"content-type": application/cloudevents-batch+json',
        '"content-encoding": gzip',
        `"content-digest": ${digest}`,
        `"@signature-params": ${params}`,
      ].join("\n");
      const mac = createHmac("sha256", HMAC_KEY).update(base).digest("base64");
      response.writeHead(headers.signature === `portvakt=:${mac}:` ? 200 : 401).end("{}");
    },
    (folder) => ({ kind: "hmac", keyId: "stair-4", keyFile: join(folder, "key") }),
  );
  assert.deepEqual(await uplink.deliver(BIG_BATCH), {});
});
