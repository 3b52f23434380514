import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { cliFixture, refused } from "../cli/testing/cli-fixture.ts";
import { Database } from "../store/database.ts";
import { TransportError } from "../transport/channel.ts";
import type { Check } from "./check.ts";
import { diagnose } from "./diagnose.ts";

const KEY = "11".repeat(32);
const LOCK = {
  lockId: "aaaaaaaaaaaaaaaa",
  via: "serial:/dev/null",
  sync: { state: "in-step", sentence: "In step." },
  reported: { jammed: false, batteryLow: false },
};
const DETAILS = {
  version: "1.2.3",
  startedAt: "2027-01-06T00:00:00.000Z",
  undelivered: 0,
  uplink: { state: "delivering", sentence: "Events are delivered to backend.example." },
};

function daemon(locks: object[] = [LOCK], details: object = DETAILS) {
  return {
    "GET /v1/health": [{ body: { status: "alive", details } }],
    "GET /v1/locks": [{ body: { items: locks } }],
  };
}

/** A gateway that has run, on a machine where all is well until the test spoils it. */
function fixture(t: TestContext, answers: Parameters<typeof cliFixture>[1] = daemon()) {
  const { io, config, directory } = cliFixture(t, answers);
  const data = join(directory, "data");
  mkdirSync(data, { mode: 0o700 });
  writeFileSync(config, 'data = "data"\n[[serial]]\npath = "/dev/null"\n');
  for (const [name, text] of [
    ["issuer.key", KEY],
    ["operator.key", KEY],
    ["api-token", "the-token"],
  ] as const) {
    writeFileSync(join(data, name), `${text}\n`, { mode: 0o600 });
  }
  Database.open(join(data, "portvakt.db")).close();
  const probes = {
    freeBytes: () => 2 ** 33,
    isClockSynchronised: async (): Promise<boolean | undefined> => true,
    tryPort: async () => {},
    hasAdapter: (_name: string) => false,
  };
  const examine = async () => {
    const checks = await diagnose({ config }, io, probes);
    return { checks, find: (what: string) => checks.find((check) => check.what === what) };
  };
  return { io, config, data, probes, examine };
}

function states(checks: Check[]): string[] {
  return checks.map(({ what, state }) => `${state} ${what}`);
}

const DOWN = { "GET /v1/health": [refused("ECONNREFUSED")] };

test("where all is well, all is good", async (t) => {
  const { checks } = await fixture(t).examine();
  assert.deepEqual(states(checks), [
    "good configuration",
    "good data",
    "good keys",
    "good disk",
    "good database",
    "good clock",
    "good port /dev/null",
    "good daemon",
    "good lock aaaaaaaaaaaaaaaa",
    "good uplink",
  ]);
});

test("a daemon that is down is wrong, and everything else is checked all the same", async (t) => {
  const { checks, find } = await fixture(t, DOWN).examine();
  assert.deepEqual(find("daemon")?.state, "wrong");
  assert.match(find("daemon")?.todo ?? "", /portvakt run/);
  assert.deepEqual(
    states(checks).filter((state) => !state.startsWith("good")),
    ["wrong daemon"],
  );
});

test("a configuration that is wrong is the only thing that is told", async (t) => {
  const { config, examine } = fixture(t);
  writeFileSync(config, "dta = 1");
  const { checks } = await examine();
  assert.deepEqual(states(checks), ["wrong configuration"]);
  assert.match(checks[0]!.sentence, /did you mean "data"/);
});

test("a gateway that has never run is told to be started", async (t) => {
  const { data, examine } = fixture(t, DOWN);
  rmSync(data, { recursive: true });
  assert.match((await examine()).find("data")?.todo ?? "", /portvakt run/);
});

test("files that others can read are named, with the command that mends it", async (t) => {
  const { data, examine } = fixture(t);
  chmodSync(join(data, "issuer.key"), 0o644);
  const check = (await examine()).find("data");
  assert.equal(check?.state, "wrong");
  assert.equal(check?.todo, `Run: chmod go-rwx ${join(data, "issuer.key")}`);
});

test("a key that is missing or none is wrong", async (t) => {
  const { data, examine } = fixture(t);
  writeFileSync(join(data, "issuer.key"), "half a k");
  rmSync(join(data, "operator.key"));
  const check = (await examine()).find("keys");
  assert.deepEqual(
    [check?.state, check?.sentence],
    ["wrong", "issuer.key and operator.key can not be read, or holds no key."],
  );
});

test("a disk that is nearly full asks for attention, a full one is wrong", async (t) => {
  const { probes, examine } = fixture(t);
  for (const [mebibytes, state] of [
    [499, "attention"],
    [49, "wrong"],
  ] as const) {
    probes.freeBytes = () => mebibytes * 2 ** 20;
    assert.equal((await examine()).find("disk")?.state, state);
  }
});

test("a damaged database is wrong, one that the daemon has is left to it", async (t) => {
  const { data, examine } = fixture(t);
  const path = join(data, "portvakt.db");
  const open = Database.open(path);
  const held = (await examine()).find("database");
  assert.deepEqual([held?.state, held?.sentence.includes("in use by the daemon")], ["good", true]);
  open.close();
  const bytes = readFileSync(path);
  bytes.fill(0x5a, 4096, 3 * 4096);
  writeFileSync(path, bytes);
  assert.equal((await examine()).find("database")?.state, "wrong");
});

test("a clock that can not be right is wrong, one that nobody sets asks for attention", async (t) => {
  const { io, probes, examine } = fixture(t);
  for (const synchronised of [false, undefined]) {
    probes.isClockSynchronised = async () => synchronised;
    assert.equal((await examine()).find("clock")?.state, "attention");
  }
  io.clock = { ...io.clock, wallMs: () => 0, monotonicMs: () => 0, schedule: () => ({ cancel() {} }) };
  assert.equal((await examine()).find("clock")?.state, "wrong");
});

test("a port is tried when the daemon does not have it", async (t) => {
  const { probes, examine } = fixture(t, DOWN);
  probes.tryPort = async () => {
    throw new TransportError("busy", "/dev/null is in use by another program");
  };
  const check = (await examine()).find("port /dev/null");
  assert.deepEqual([check?.state, check?.sentence], ["wrong", "/dev/null is in use by another program."]);
});

test("what helps a lock that is not in step depends on the reason", async (t) => {
  for (const [state, reason, todo] of [
    ["waiting", "waiting-for-contact", /see to its line and its battery/],
    ["waiting", "held", /portvakt fleet held a{16}; then portvakt fleet approve a{16}/],
    ["waiting", "no-roster", /Have the issuer take the lock in/],
    ["waiting", "disk-trouble", /the gateway's disk/],
    ["stopped", "changed-elsewhere", /portvakt sync a{16} --approve/],
    ["stopped", "not-paired", /somebody at the door/],
  ] as const) {
    const lock = { ...LOCK, sync: { state, reason, sentence: "It waits." } };
    const check = (await fixture(t, daemon([lock])).examine()).find("lock aaaaaaaaaaaaaaaa");
    assert.match(check?.todo ?? "", todo);
  }
});

test("each lock is judged by what it needs", async (t) => {
  const lock = (sync: object, reported: object = {}) => ({
    ...LOCK,
    sync,
    reported: { ...LOCK.reported, ...reported },
  });
  const inStep = LOCK.sync;
  for (const [given, state, sentence] of [
    [lock({ state: "working", sentence: "Its new roster is on the way." }), "good", "Its new roster is on the way."],
    [lock({ state: "waiting", sentence: "It does not answer." }), "attention", "It does not answer."],
    [lock({ state: "stopped", sentence: "It was reset." }), "wrong", "It was reset."],
    [lock(inStep, { batteryLow: true }), "attention", "Its battery is low."],
    [lock(inStep, { jammed: true }), "wrong", "Its bolt is jammed."],
  ] as const) {
    const check = (await fixture(t, daemon([given])).examine()).find("lock aaaaaaaaaaaaaaaa");
    assert.deepEqual([check?.state, check?.sentence], [state, sentence]);
  }
});

test("an uplink that waits says how much waits with it", async (t) => {
  const uplink = { state: "waiting", sentence: "The events of one lock wait: no answer." };
  const check = (await fixture(t, daemon([], { ...DETAILS, uplink, undelivered: 7 })).examine()).find("uplink");
  assert.deepEqual([check?.state, check?.sentence], ["attention", `${uplink.sentence} 7 events wait.`]);
});

test("a Bluetooth adapter is missed only where a lock needs it", async (t) => {
  const { examine } = fixture(t);
  assert.equal((await examine()).find("Bluetooth hci0"), undefined);
  const onBle = fixture(t, daemon([{ ...LOCK, via: "ble:aaaaaaaaaaaaaaaa" }]));
  assert.equal((await onBle.examine()).find("Bluetooth hci0")?.state, "wrong");
  onBle.probes.hasAdapter = (name) => name === "hci0";
  assert.equal((await onBle.examine()).find("Bluetooth hci0")?.state, "good");
});

test("where the issuer is elsewhere, no key must lie here", async (t) => {
  const { config, data, examine } = fixture(t);
  writeFileSync(config, `data = "data"\nissuer = "remote"\nfleet = { issuer_key = "02${KEY}" }\n`);
  assert.deepEqual((await examine()).find("keys"), {
    what: "keys",
    state: "wrong",
    sentence: "issuer.key and operator.key should not be here: the issuer is elsewhere.",
    todo: "Move them to the issuer.",
  });
  for (const name of ["issuer.key", "operator.key"]) rmSync(join(data, name));
  assert.equal((await examine()).find("keys")?.state, "good");
});
