import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { connect } from "@nats-io/transport-node";
import type { NatsUplinkConfig } from "../../gateway/nats-uplink-config.ts";
import { accessOf } from "../../gateway/uplink/nats/nats-access.ts";
import { NatsConnection } from "../../gateway/uplink/nats/nats-connection.ts";
import { UplinkError } from "../../gateway/uplink/uplink.ts";
import { findNatsServer, NatsServer } from "./nats-server.ts";
import { LOCALHOST_CERTIFICATE, LOCALHOST_CERTIFICATE_KEY } from "./testing/localhost-certificate.ts";
import { NatsWorld } from "./testing/nats-world.ts";

const program = findNatsServer();
const options = program === undefined ? { skip: "skipped: nats-server not found" } : { timeout: 60_000 };

/** Of a user made for this test alone. */
const SEED = "SUAOLLCBRBMUWUD4BC5IR4HL3OUOYNQCVDOU5V72FHB55JWSRAXHDUZJWU";
const PUBLIC_KEY = "UDZARQ4INJPBK4SQ3OMCDSCGCVBB5A2VGGUS4VLNLEDBWYSR6HW4NUNX";

/** A server with these lines of its configuration, in which FOLDER stands for its folder. */
async function setUp(t: TestContext, lines: string[]) {
  const folder = mkdtempSync(join(tmpdir(), "portvakt-nats-"));
  const path = (name: string) => join(folder, name);
  writeFileSync(path("cert.pem"), LOCALHOST_CERTIFICATE);
  writeFileSync(path("key.pem"), LOCALHOST_CERTIFICATE_KEY, { mode: 0o600 });
  writeFileSync(path("seed"), `${SEED}\n`);
  writeFileSync(path("right"), "s3cret\n");
  writeFileSync(path("wrong"), "secret\n");
  const server = await NatsServer.start(program!, folder, "n1", {
    lines: lines.map((line) => line.replaceAll("FOLDER", folder)),
  });
  t.after(async () => {
    await server.kill();
    rmSync(folder, { recursive: true });
  });
  /** How an attempt to connect with this configuration ends. */
  const outcome = async (config: Partial<NatsUplinkConfig> = {}): Promise<string> => {
    const base: NatsUplinkConfig = {
      kind: "nats",
      urls: [server.url],
      site: "s",
      keepAliveSeconds: 30,
      commands: false,
      batchMax: 1,
      hasReports: true,
    };
    const hooks = { heard() {}, ended() {} };
    try {
      const connection = await NatsConnection.open(accessOf({ ...base, ...config }), hooks, []);
      await connection.close();
      return "connected";
    } catch (error) {
      if (!(error instanceof UplinkError)) throw error;
      return error.message;
    }
  };
  const tls = [`tls://localhost:${server.port}`];
  return { path, outcome, tls };
}

test("a name and a password, or a token, let the gateway in, and others not", options, async (t) => {
  const { path, outcome } = await setUp(t, ["authorization { user: stair, password: s3cret }"]);
  assert.equal(await outcome({ user: { name: "stair", passwordFile: path("right") } }), "connected");
  assert.match(await outcome({ user: { name: "stair", passwordFile: path("wrong") } }), /authorization violation/);
  assert.match(await outcome(), /authorization violation/);
  const byToken = await setUp(t, ["authorization { token: s3cret }"]);
  assert.equal(await byToken.outcome({ tokenFile: byToken.path("right") }), "connected");
  assert.match(await byToken.outcome({ tokenFile: byToken.path("wrong") }), /authorization violation/);
});

test("a key lets the gateway in without telling it", options, async (t) => {
  const { path, outcome } = await setUp(t, [`authorization { users: [ { nkey: "${PUBLIC_KEY}" } ] }`]);
  assert.equal(await outcome({ nkeySeedFile: path("seed") }), "connected");
  assert.match(await outcome(), /authorization violation/);
});

test("a server over TLS is believed by its certificate alone, and one without TLS not at all", options, async (t) => {
  const { path, outcome, tls } = await setUp(t, ['tls { cert_file: "FOLDER/cert.pem", key_file: "FOLDER/key.pem" }']);
  assert.equal(await outcome({ urls: tls, caFile: path("cert.pem") }), "connected");
  assert.match(await outcome({ urls: tls }), /self-signed certificate/);
  const plain = await setUp(t, []);
  assert.match(await plain.outcome({ urls: plain.tls, caFile: path("cert.pem") }), /does not support 'tls'/);
});

test(
  "an order is carried to its lock and answered in the asker's inbox; commands are off by default",
  options,
  async (t) => {
    const world = await NatsWorld.start(t, program!);
    await world.untilAllArrived();
    const [lock] = world.locks;
    const asker = await connect({ servers: world.urls });
    t.after(() => asker.close());
    const ask = async (what: string, json: object) => {
      const asked = asker.request(`portvakt.stair-4.locks.${lock!.lockId}.${what}`, JSON.stringify(json), {
        timeout: 30_000,
      });
      return (await world.run(asked)).json();
    };
    assert.deepEqual(await ask("orders", { order: "AAAA" }), { outcome: "refused", reason: 1, detail: "malformed" });
    assert.deepEqual(await ask("orders", { order: "no base64" }), { outcome: "not-carried", code: "malformed" });
    const command = { action: "unlock", id: "1", notAfter: Math.floor(world.clock.wallMs() / 1000) + 10 };
    assert.deepEqual(await ask("commands", command), { outcome: "not-carried", code: "commands-off" });
    assert.equal(lock!.acts, 0);
  },
);

test("a command is obeyed once where the configuration has commands on", options, async (t) => {
  const world = await NatsWorld.start(t, program!, { config: { commands: true } });
  await world.untilAllArrived();
  const [lock] = world.locks;
  const asker = await connect({ servers: world.urls });
  t.after(() => asker.close());
  const command = { action: "unlock", id: "1", notAfter: Math.floor(world.clock.wallMs() / 1000) + 20 };
  const ask = async () => {
    const subject = `portvakt.stair-4.locks.${lock!.lockId}.commands`;
    return (await world.run(asker.request(subject, JSON.stringify(command), { timeout: 30_000 }))).json();
  };
  assert.deepEqual(await ask(), { outcome: "done", seq: lock!.seq, flags: lock!.flags });
  assert.deepEqual(await ask(), { outcome: "not-carried", code: "duplicate" });
  assert.equal(lock!.acts, 1);
});
