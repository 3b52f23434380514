import assert from "node:assert/strict";
import { pbkdf2Sync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Log } from "../../gateway/log.ts";
import type { MqttUplinkConfig } from "../../gateway/mqtt-uplink-config.ts";
import { Database } from "../../gateway/store/database.ts";
import { runUntil } from "../../gateway/testing/run-until.ts";
import { composeMqtt } from "../../gateway/uplink/mqtt/compose-mqtt.ts";
import { TEST_CERTIFICATE, TEST_CERTIFICATE_KEY } from "../../gateway/uplink/testing/test-certificate.ts";
import type { Downlink } from "../../gateway/uplink/uplink.ts";
import { UplinkError } from "../../gateway/uplink/uplink.ts";
import { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { VirtualClock } from "../../protocol/testing/virtual-clock.ts";
import { findMosquitto, Mosquitto } from "./mosquitto.ts";

const program = findMosquitto();
const options = program === undefined ? { skip: "skipped: mosquitto not found" } : { timeout: 60_000 };
const TURNS_MAX = 10_000_000;
/** The broker answers in real time: before the gateway's 20 s are over it has been looked for this often, times 20,000. */
const TURNS_A_MS = 10;
const NOBODY: Downlink = {
  answer() {},
  order: async () => ({ kind: "unknown", message: "" }),
  command: async () => ({ kind: "unknown", message: "" }),
};

/** A broker with these lines of mosquitto.conf, in which FOLDER stands for its folder. */
async function setUp(t: TestContext, lines: string[]) {
  const folder = mkdtempSync(join(tmpdir(), "portvakt-mqtt-"));
  const path = (name: string) => join(folder, name);
  writeFileSync(path("cert.pem"), TEST_CERTIFICATE);
  writeFileSync(path("key.pem"), TEST_CERTIFICATE_KEY, { mode: 0o600 });
  writeFileSync(path("users"), `stair:${mosquittoHash("s3cret")}\n`, { mode: 0o600 });
  writeFileSync(path("right"), "s3cret\n");
  writeFileSync(path("wrong"), "secret\n");
  const broker = await Mosquitto.start(
    program!,
    folder,
    lines.map((line) => line.replace("FOLDER", folder)),
  );
  const database = Database.open(path("portvakt.db"));
  t.after(async () => {
    database.close();
    await broker.kill();
    rmSync(folder, { recursive: true });
  });
  /** How a delivery over a connection with this configuration ends. */
  const trouble = async (config: Partial<MqttUplinkConfig>): Promise<string> => {
    const clock = new VirtualClock();
    const random = new SeededRandom(1);
    const lines: string[] = [];
    const write = (_fields: object, sentence: string) => lines.push(sentence);
    const log: Log = { debug: write, info: write, warn: write, error: write, child: () => log };
    const base = {
      kind: "mqtt",
      url: broker.url,
      site: "s",
      keepAliveSeconds: 30,
      commands: false,
      batchMax: 1,
      hasReports: true,
    } as const;
    const world = { clock, random, log, database, gatewayId: "6761746577617931", version: "1" };
    const uplink = composeMqtt({ ...base, ...config }, world);
    await uplink.start(NOBODY);
    // The gateway's time stands still until it has been told how the attempt ended, and goes slowly then.
    for (let turn = 0; lines.length === 0; turn++) {
      assert(turn < TURNS_MAX, "neither a connection nor a trouble");
      await look();
    }
    const event = { subject: "00112233445566aa" } as Parameters<typeof uplink.deliver>[0][number];
    const delivery = uplink.deliver([event], "ordinary").then(
      () => "delivered",
      (error: unknown) => {
        assert(error instanceof UplinkError);
        return error.message;
      },
    );
    let sentence: string | undefined;
    void delivery.then((end) => {
      sentence = end;
    });
    while (sentence === undefined) {
      for (let turn = 0; turn < TURNS_A_MS; turn++) await look();
      await clock.advanceAsync(1);
    }
    await runUntil(clock, uplink.close());
    return (await delivery).replace(/127\.0\.0\.1:\d+/, "the broker");
  };
  return { broker, path, trouble };
}

/** One look at what the broker has sent. */
function look(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

const CONNECTED = "the broker is connected, but no backend listens there";

test("a broker with a certificate of one's own is trusted by its CA file, and not without", options, async (t) => {
  const { broker, path, trouble } = await setUp(t, ["certfile FOLDER/cert.pem", "keyfile FOLDER/key.pem"]);
  const url = broker.url.replace("mqtt:", "mqtts:");
  assert.equal(await trouble({ url, caFile: path("cert.pem") }), CONNECTED);
  assert.match(await trouble({ url }), /can not be reached \((DEPTH_ZERO_)?SELF_SIGNED/);
});

test("a broker that wants to know who we are is shown our certificate", options, async (t) => {
  const tls = [
    "certfile FOLDER/cert.pem",
    "keyfile FOLDER/key.pem",
    "cafile FOLDER/cert.pem",
    "require_certificate true",
  ];
  const { broker, path, trouble } = await setUp(t, tls);
  const url = broker.url.replace("mqtt:", "mqtts:");
  const client = { certificateFile: path("cert.pem"), keyFile: path("key.pem") };
  assert.equal(await trouble({ url, caFile: path("cert.pem"), client }), CONNECTED);
  assert.match(await trouble({ url, caFile: path("cert.pem") }), /can not be reached/);
});

test("a name and its password are shown, and a wrong one is told", options, async (t) => {
  const { path, trouble } = await setUp(t, ["allow_anonymous false", "password_file FOLDER/users"]);
  assert.equal(await trouble({ user: "stair", passwordFile: path("right") }), CONNECTED);
  const refused = "the broker can not be reached (Connection refused: Not authorized)";
  assert.equal(await trouble({ user: "stair", passwordFile: path("wrong") }), refused);
  assert.equal(await trouble({}), refused);
});

/** As `mosquitto_passwd` writes it: PBKDF2 with SHA-512. */
function mosquittoHash(password: string): string {
  const salt = Buffer.from("twelve bytes");
  return `$7$101$${salt.toString("base64")}$${pbkdf2Sync(password, salt, 101, 64, "sha512").toString("base64")}`;
}
