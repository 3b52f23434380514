import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { TransportError } from "../../gateway/transport/channel.ts";
import { type GrantClaims, Right } from "../../protocol/documents/grant.ts";
import { fromHex, toHex } from "../../protocol/wire/bytes.ts";
import { toBase64 } from "./base64.ts";
import { type PhoneIo, runPhone } from "./cli.ts";
import type { FrameCarrier } from "./frame-carrier.ts";
import { TestDoor } from "./testing/test-door.ts";

const directory = mkdtempSync(join(tmpdir(), "portvakt-phone-"));
after(() => rmSync(directory, { recursive: true }));

function file(name: string, text?: string): string {
  const path = join(directory, name);
  if (text !== undefined) writeFileSync(path, text);
  return path;
}

/** What one run of the command says and how it ends. */
async function run(
  door: TestDoor,
  args: string[],
  connect: PhoneIo["connect"] = async () => door.carrier(),
): Promise<{ code: number; out: string[]; err: string[] }> {
  const out: string[] = [];
  const err: string[] = [];
  door.clock.advance(1_500);
  const io = { ...door.phone, connect, out: (line: string) => out.push(line), err: (line: string) => err.push(line) };
  return { code: await runPhone(args, io), out, err };
}

/** A door, a phone with a key made by the command, and the arguments that name them. */
async function doorAndArguments(claims: Partial<GrantClaims> = {}): Promise<{ door: TestDoor; atTheDoor: string[] }> {
  const door = await TestDoor.inService();
  const { out } = await run(door, ["key", file("bearer.key")]);
  const grant = door.grant({ bearerKey: fromHex(out[0]!), ...claims });
  const { lockId, sigPk } = door.known;
  const known = ["--via", "tcp://127.0.0.1:7001", "--lock", toHex(lockId), "--lock-key", toHex(sigPk)];
  const own = ["--grant", file("grant", `${toBase64(grant)}\n`), "--key", file("bearer.key")];
  return { door, atTheDoor: [...known, ...own] };
}

test("key makes a file for its owner alone, once, and prints the public key", async () => {
  const door = new TestDoor();
  const path = file("new.key");
  const { code, out } = await run(door, ["key", path]);
  assert.equal(code, 0);
  assert(door.phone.suite.isP256PublicKey(fromHex(out[0]!)));
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.deepEqual((await run(door, ["key", path])).out, out);
  assert(!out[0]!.includes(readFileSync(path, "utf8").trim()));
});

test("unlock opens the door", async () => {
  const { door, atTheDoor } = await doorAndArguments();
  const { code, out, err } = await run(door, ["unlock", ...atTheDoor]);
  assert.deepEqual([code, err], [0, []]);
  assert.match(out[0]!, /^Lock [0-9a-f]{16} is unlocked \(event \d+\)\.$/);
  assert.equal(door.bolt, "drawn");
});

test("over BLE a lock is looked for by its id, on the adapter that is named", async () => {
  const { door, atTheDoor } = await doorAndArguments();
  const asked: [string, string][] = [];
  const connect: PhoneIo["connect"] = async (via, adapter) => {
    asked.push([via, adapter]);
    return door.carrier();
  };
  const overBle = atTheDoor.with(atTheDoor.indexOf("--via") + 1, "ble");
  await run(door, ["unlock", ...overBle], connect);
  await run(door, ["unlock", ...overBle, "--adapter", "hci1"], connect);
  const via = `ble:${toHex(door.known.lockId)}`;
  assert.deepEqual(asked, [
    [via, "hci0"],
    [via, "hci1"],
  ]);
});

test("unlock names the reason when the lock refuses", async () => {
  const { door, atTheDoor } = await doorAndArguments({ rights: Right.lock });
  const { code, err } = await run(door, ["unlock", ...atTheDoor]);
  assert.deepEqual([code, err], [4, ["portvakt-phone: the lock refuses: right missing"]]);
});

test("unlock shows nothing to another lock", async () => {
  const { door, atTheDoor } = await doorAndArguments();
  const other = door.phone.suite.p256PublicKey(door.newKey());
  const at = atTheDoor.indexOf("--lock-key");
  const { code, err } = await run(door, ["unlock", ...atTheDoor.with(at + 1, toHex(other))]);
  assert.deepEqual([code, err], [1, ["portvakt-phone: another lock answers: nothing was shown to it"]]);
});

test("unlock tells a lock that can not be reached from an answer that was lost", async () => {
  const { door, atTheDoor } = await doorAndArguments();
  const away = async (): Promise<FrameCarrier> => {
    throw new TransportError("unreachable", "nothing listens there");
  };
  assert.deepEqual(await run(door, ["unlock", ...atTheDoor], away), {
    code: 5,
    out: [],
    err: ["portvakt-phone: nothing listens there"],
  });
  const carrier = door.carrier();
  carrier.breakAt = { frame: 1, lost: "reply" };
  const { code, err } = await run(door, ["unlock", ...atTheDoor], async () => carrier);
  assert.equal(code, 6);
  assert.match(err[0]!, /not known whether/);
});

test("courier carries its cargo in, prints what it brings back, and takes that along next time", async () => {
  const { door, atTheDoor } = await doorAndArguments();
  const { roster, grants } = door.roster({}, [door.grant()]);
  const cargo = { roster: { roster: toBase64(roster), grants: grants.map(toBase64) } };
  const first = await run(door, ["courier", ...atTheDoor, "--cargo", file("cargo", JSON.stringify(cargo))]);
  assert.deepEqual([first.code, first.err], [0, []]);
  const report = JSON.parse(first.out[0]!);
  assert.deepEqual(report.roster, { kind: "committed", epoch: 2, grantsSent: 1 });
  assert.equal(report.logs[0].runs[0].firstSeq, 1);
  assert.equal(report.grants.length, 1);

  const next = file("next", JSON.stringify({ known: report.known }));
  const second = await run(door, ["courier", ...atTheDoor, "--cargo", next]);
  assert.equal(JSON.parse(second.out[0]!).logs[0].runs[0].firstSeq, report.known.seq + 1);

  const again = await run(door, ["courier", ...atTheDoor, "--cargo", file("cargo", JSON.stringify({ roster: {} }))]);
  assert.equal(again.code, 2);
});

test("courier ends with the lock's reason when the roster is refused, after printing its report", async () => {
  const { door, atTheDoor } = await doorAndArguments();
  const { roster } = door.roster({ generation: 9 });
  const cargo = file("cargo", JSON.stringify({ roster: { roster: toBase64(roster), grants: [] } }));
  const { code, out, err } = await run(door, ["courier", ...atTheDoor, "--cargo", cargo]);
  assert.equal(code, 4);
  assert.deepEqual(err, ["portvakt-phone: the lock refuses the roster (rosterBegin): epoch not newer"]);
  assert.equal(JSON.parse(out[0]!).roster.reason, "epoch not newer");
});

test("whatever is wrong with the command line or a file is said in one line", async () => {
  const { door, atTheDoor } = await doorAndArguments();
  const withValue = (option: string, value: string) => atTheDoor.with(atTheDoor.indexOf(option) + 1, value);
  const noGrant = file("no-grant", "hello");
  const wrong: [string[], RegExp][] = [
    [withValue("--via", "7001"), /HOST:PORT/],
    [withValue("--via", "serial:/dev/ttyUSB0"), /HOST:PORT/],
    [[...atTheDoor, "--adapter", "bluetooth"], /like hci0/],
    [withValue("--lock", "12"), /16 hexadecimal digits/],
    [withValue("--lock-key", "00".repeat(33)), /no public key/],
    [withValue("--grant", noGrant), /holds no grant/],
    [withValue("--grant", file("nowhere")), /ENOENT/],
    [withValue("--key", file("nowhere")), /make it with portvakt-phone key/],
    [withValue("--key", noGrant), /chmod 600/],
    [atTheDoor.slice(2), /required option '--via/],
  ];
  for (const [args, message] of wrong) {
    const { code, err } = await run(door, ["unlock", ...args]);
    assert.equal(code, 2);
    assert.equal(err.length, 1);
    assert.match(err[0]!, message);
  }
});
