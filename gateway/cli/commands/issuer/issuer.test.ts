import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { type TestContext, test } from "node:test";
import { opensslSuite } from "../../../../crypto/openssl.ts";
import { verifyOrder } from "../../../../protocol/documents/order.ts";
import { SeededRandom } from "../../../../protocol/testing/seeded-random.ts";
import { fromHex, toHex } from "../../../../protocol/wire/bytes.ts";
import { DEFAULT_SITE } from "../../../config.ts";
import { IssuerOffice } from "../../../rights/issuer-office.ts";
import { cliFixture } from "../../testing/cli-fixture.ts";

const LOCK = "0a1b2c3d4e5f6071";
const GATEWAY = "00000000000000aa";
const QUIET = { debug() {}, info() {}, warn() {}, error() {}, child: () => QUIET };
const CHALLENGE = "1122334455667788";

/** The command line of an issuer that has one lock. */
async function issuerFixture(t: TestContext) {
  const fixture = cliFixture(t);
  const random = new SeededRandom(2);
  const key = opensslSuite.p256PrivateKey((length) => random.bytes(length));
  const publicKey = toHex(opensslSuite.p256PublicKey(key));
  const data = join(fixture.directory, "issuer");
  const bearerKey = join(fixture.directory, "bearer.key");
  writeFileSync(bearerKey, `${toHex(key.reveal())}\n`, { mode: 0o600 });
  /** What one command prints, and how it ends. */
  const issuer = async (...args: string[]) => {
    fixture.out.length = 0;
    fixture.err.length = 0;
    const { exitCode } = await fixture.portvakt("issuer", "--data", data, ...args);
    return { exitCode, out: [...fixture.out], err: [...fixture.err] };
  };
  const say = (text: string) => {
    fixture.io.stdin = Readable.from([Buffer.from(text)]);
  };
  const report = (wantedEpoch: number) =>
    JSON.stringify({
      gatewayId: GATEWAY,
      lockId: LOCK,
      generation: 0,
      model: "Emulated",
      hardware: 1,
      firmware: 1,
      sigPk: publicKey,
      boxPk: publicKey,
      wanted: { epoch: wantedEpoch },
    });
  /** Beside the command line. */
  const office = async () => {
    const { clock } = fixture;
    const world = { suite: opensslSuite, clock, random, log: QUIET, directory: data, site: DEFAULT_SITE };
    const opened = await IssuerOffice.open(world);
    return { rights: opened.rights, close: () => opened.close() };
  };
  await issuer("init");
  say(report(0));
  await issuer("lock", "add");
  return { ...fixture, issuer, say, report, publicKey, bearerKey, office };
}

test("an issuer is made once, shows what gateways need, and is missed where there is none", async (t) => {
  const { portvakt, issuer, out, err, directory } = await issuerFixture(t);
  const { out: first } = await issuer("--json", "init");
  assert.deepEqual((await issuer("--json", "init")).out, first);
  assert.deepEqual(Object.keys(JSON.parse(first[0] ?? "")), ["issuerId", "issuerKey"]);
  assert.match((await issuer("init")).out.at(-1) ?? "", /^issuer_key = "0[23][0-9a-f]{64}"$/);
  out.length = 0;
  const nowhere = join(directory, "nowhere");
  assert.equal((await portvakt("issuer", "--data", nowhere, "lock", "list")).exitCode, 1);
  assert.deepEqual(
    err.at(-1),
    `error: there is no issuer in ${nowhere}; make one with: portvakt issuer init --data ${nowhere}`,
  );
});

test("a grant that is given reaches the gateway that reports, and its lock stands in the list", async (t) => {
  const { issuer, say, report } = await issuerFixture(t);
  const given = await issuer("grant", "add", "--name", "Anna", "--lock", LOCK, "--pin", "--right", "essential");
  assert.match(given.out[0] ?? "", new RegExp(`^Granted [0-9a-f]{16} at ${LOCK}: always, essential, PIN\\.$`));
  assert.match(given.out[1] ?? "", /^The PIN is \d{6}\. It is shown this once\.$/);
  say(report(1));
  const { out } = await issuer("hear");
  const { grants, rosters } = JSON.parse(out[0] ?? "");
  assert.deepEqual([out.length, grants.length, rosters[0].grants.since], [1, 1, 1]);
  assert.deepEqual((await issuer("documents", "--gateway", GATEWAY)).out, out);
  assert.deepEqual((await issuer("lock", "list")).out, [
    "LOCK              MODEL     VIA                       ROSTER  AT GATEWAY  IN LOCK",
    `${LOCK}  Emulated  gateway ${GATEWAY}  2       1           0`,
  ]);
});

test("a carried grant is handed out, and its bearer's order goes with it", async (t) => {
  const { issuer, publicKey, bearerKey } = await issuerFixture(t);
  await issuer("group", "add", "district", "--lock", LOCK);
  const given = await issuer(
    "grant",
    "add",
    "--group",
    "district",
    "--key",
    publicKey,
    "--right",
    "essential",
    "--carried",
  );
  assert.match(given.out[1] ?? "", /^Its bearer needs this document: /);
  const { id, document } = JSON.parse((await issuer("hand-out", "list")).out[0] ?? "");
  assert.deepEqual((await issuer("hand-out", "done", id)).out, [`${id} is with its bearer.`]);
  assert.deepEqual((await issuer("hand-out", "list")).out, []);
  const signed = await issuer("order", LOCK, "--challenge", CHALLENGE, "--grant", id, "--key-file", bearerKey);
  const { order, grant } = JSON.parse(signed.out[0] ?? "");
  assert.equal(grant, document);
  const verified = verifyOrder(opensslSuite, Buffer.from(order, "base64"), fromHex(publicKey));
  assert.ok(verified.ok);
  assert.deepEqual([toHex(verified.value.grantId), verified.value.action], [id, 1]);
});

test("most of what there is is not revoked at once without being asked", async (t) => {
  const { issuer, office, publicKey } = await issuerFixture(t);
  const { rights, close } = await office();
  const ids: string[] = [];
  for (let made = 0; made < 11; made++) {
    const request = { locks: [LOCK], with: [{ kind: "key" as const, publicKey }], rights: ["essential" as const] };
    ids.push((await rights.grants.add(request)).row.id);
  }
  await close();
  const refused = await issuer("revoke", ...ids);
  assert.deepEqual(refused.err, ["error: that would revoke 11 of 11 grants; add --confirm if it is meant"]);
  assert.deepEqual((await issuer("revoke", ...ids.slice(1))).out, [
    "Revoked 10 grants; to be refused by 1 lock from the next roster on.",
  ]);
  const [last = ""] = ids;
  assert.deepEqual((await issuer("--json", "revoke", last, "--confirm")).out, [
    JSON.stringify({ revoked: 1, locks: [LOCK] }),
  ]);
  const { rosters } = JSON.parse((await issuer("documents", "--gateway", GATEWAY)).out[0] ?? "");
  assert.equal(rosters[0].mayRevoke, 0);
});

test("a grant, a group and a person are given up by the issuer's own command", async (t) => {
  const { issuer } = await issuerFixture(t);
  await issuer("group", "add", "laundry", "--lock", LOCK);
  const given = await issuer("--json", "grant", "add", "--lock", LOCK, "--pin", "--right", "essential");
  const { id, subject } = JSON.parse(given.out[0] ?? "");
  assert.deepEqual((await issuer("grant", "revoke", id)).out, [
    `Revoked ${id}. Its locks refuse it as soon as they have their next roster.`,
  ]);
  assert.equal((await issuer("subject", "erase", subject)).exitCode, 0);
  const { groupId } = JSON.parse((await issuer("--json", "group", "list")).out[0] ?? "");
  assert.equal((await issuer("group", "remove", groupId)).exitCode, 0);
  assert.deepEqual((await issuer("group", "list")).out, ["No groups yet. Make one with: group add NAME --lock ID …"]);
});

test("what a roster takes away is confirmed by its number of grants", async (t) => {
  const { issuer, say, report } = await issuerFixture(t);
  const given = await issuer("--json", "grant", "add", "--lock", LOCK, "--pin", "--right", "essential");
  say(report(2));
  await issuer("hear");
  await issuer("grant", "revoke", JSON.parse(given.out[0] ?? "").id);
  assert.deepEqual((await issuer("confirm", LOCK)).out, [
    `Confirmed: 1 grant may go from lock ${LOCK}. Its gateway is told with the next documents.`,
  ]);
  assert.deepEqual((await issuer("--json", "confirm", LOCK)).out, [JSON.stringify({ lockId: LOCK, mayRevoke: 1 })]);
});

test("any document is made readable, and its signature checked", async (t) => {
  const { issuer, say, publicKey } = await issuerFixture(t);
  const { issuerKey } = JSON.parse((await issuer("--json", "init")).out[0] ?? "");
  const documents = [
    ["roster", ...(await issuer("roster", LOCK)).out],
    ["time token", ...(await issuer("time", LOCK, "--challenge", CHALLENGE)).out],
    ["receipt", ...(await issuer("receipt", LOCK, "--generation", "0", "--seq", "12", "--head", "0".repeat(32))).out],
  ];
  for (const [kind = "", document = ""] of documents) {
    say(document);
    const shown = await issuer("show", "-", "--key", issuerKey);
    const { kind: read, claims } = JSON.parse(shown.out.join(""));
    assert.deepEqual([shown.exitCode, read, claims.lockId], [0, kind, LOCK]);
    say(toHex(Buffer.from(document, "base64")));
    const other = await issuer("show", "-", "--key", publicKey);
    assert.deepEqual([other.exitCode, other.err], [7, ["error: that key has not signed it"]], kind);
  }
  say("no document");
  assert.equal((await issuer("show", "-")).exitCode, 7);
});

test("a change of key tells who has not moved, and wipes nothing unasked", async (t) => {
  const { issuer, say, report } = await issuerFixture(t);
  const begun = await issuer("rotate-key");
  assert.match(begun.out[0] ?? "", /^The issuer's key is 0[23][0-9a-f]{64}; /);
  assert.deepEqual(begun.out.slice(1), [`Not known to have moved to it: ${LOCK}.`]);
  const again = await issuer("rotate-key");
  assert.deepEqual(again.err, [`error: lock ${LOCK} must move to the key of the last change first, or be removed`]);
  assert.equal((await issuer("rotate-key", "--forget-old")).exitCode, 1);
  say(JSON.stringify({ ...JSON.parse(report(2)), reported: { epoch: 2 } }));
  await issuer("hear");
  assert.match((await issuer("rotate-key", "--status")).out[1] ?? "", /^All locks have moved to it\./);
  const { out } = await issuer("--json", "rotate-key", "--forget-old");
  assert.deepEqual({ ...JSON.parse(out[0] ?? ""), issuerKey: "" }, { issuerKey: "", isUnderWay: false, waiting: [] });
});

test("what can not be read ends with one line and the exit code of a mistake at the command line", async (t) => {
  const { issuer, say } = await issuerFixture(t);
  const cases: [string[], string, string][] = [
    [["hear"], "x", "error: stdin is no JSON"],
    [["hear"], "{}", "error: report.wanted is no object"],
    [["hear", "/nowhere"], "", "error: /nowhere can not be read (ENOENT)"],
    [["order", LOCK, "--challenge", CHALLENGE], "", "error: say by which grant: --grant"],
    [["order", LOCK, "--challenge", CHALLENGE, "--action", "unpair"], "", "error: say which slot to unpair: --slot"],
    [["grant", "add", "--lock", LOCK], "", "error: say what is to be shown at the lock: --key, --tag or --pin"],
    [["grant", "add", "--lock", "00", "--pin"], "", "error: locks[0] must be 16 hexadecimal digits, in lower case"],
    [["grant", "add", "--lock", LOCK, "--pin", "123"], "", "error: with[0].digits must be 6 to 12 digits"],
    [
      ["grant", "add", "--lock", LOCK, "--pin", "--hours", "25:00-26:00"],
      "",
      "error: schedule[0].from must be a time of day like 08:00",
    ],
    [["revoke"], "", "error: say which grants, or --subject"],
  ];
  for (const [args, stdin, sentence] of cases) {
    say(stdin);
    const { exitCode, err } = await issuer(...args);
    assert.deepEqual([exitCode, err], [2, [sentence]]);
  }
});

test("what is not known is named, and nothing else happens", async (t) => {
  const { issuer } = await issuerFixture(t);
  const unknown = "00".repeat(8);
  for (const [args, sentence] of [
    [["confirm", unknown], `error: no lock ${unknown} is known here`],
    [["revoke", unknown], `error: there is no grant ${unknown}`],
    [["revoke", "--subject", unknown], `error: there are no grants of a person ${unknown}`],
  ] as const) {
    const { exitCode, out, err } = await issuer(...args);
    assert.deepEqual([exitCode, out, err], [1, [], [sentence]]);
  }
});

test("the vectors that it prints are those of the protocol", async (t) => {
  const { issuer } = await issuerFixture(t);
  const { protocol, groups } = JSON.parse((await issuer("vectors")).out.join("\n"));
  assert.deepEqual(
    [protocol, Object.values(groups).every((group) => group !== null && group !== undefined)],
    ["LK1", true],
  );
});
