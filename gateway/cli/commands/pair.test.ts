import assert from "node:assert/strict";
import { test } from "node:test";
import { opensslSuite } from "../../../crypto/openssl.ts";
import { Secret } from "../../../crypto/secret.ts";
import { formatLabel } from "../../../protocol/documents/label.ts";
import { fromHex } from "../../../protocol/wire/bytes.ts";
import { cliFixture, problem } from "../testing/cli-fixture.ts";

const LOCK = "aaaaaaaaaaaaaaaa";
const LABEL = formatLabel(opensslSuite, { lockId: fromHex(LOCK), secret: new Secret(new Uint8Array(16).fill(7)) });
const VIA = "tcp://127.0.0.1:7001";
const pairing = (state: string, step: string, more = {}) => ({
  body: { id: "01", lockId: LOCK, via: VIA, state, step, createdAt: "2027-01-07T00:00:00.000Z", ...more },
});

test("the steps are shown as they happen, each once", async (t) => {
  const { portvakt, requests } = cliFixture(t, {
    "POST /v1/pairings": [pairing("running", "connecting")],
    "GET /v1/pairings/01": [
      pairing("running", "connecting"),
      pairing("running", "exchanging keys"),
      pairing("done", "paired"),
    ],
  });
  const { exitCode, out, err } = await portvakt("pair", LABEL, "--via", VIA);
  assert.equal(exitCode, 0);
  assert.deepEqual(err, ["… connecting", "… exchanging keys", "… paired"]);
  assert.deepEqual(out, [`Paired lock ${LOCK} via ${VIA}.`]);
  assert.deepEqual(requests[0]?.body, { label: LABEL, via: VIA });
});

test("a mistyped label is told before anything is sent", async (t) => {
  const { portvakt, requests } = cliFixture(t);
  const swapped = LABEL.slice(0, -1) + (LABEL.endsWith("0") ? "4" : "0");
  for (const label of [LABEL.slice(4), LABEL.slice(0, -1), `${LABEL.slice(0, -1)}U`, swapped]) {
    const { exitCode } = await portvakt("pair", label, "--via", VIA);
    assert.equal(exitCode, 2, label);
  }
  assert.deepEqual(requests, []);
});

test("a pairing that fails says why and ends with 1", async (t) => {
  const { portvakt } = cliFixture(t, {
    "POST /v1/pairings": [pairing("running", "connecting")],
    "GET /v1/pairings/01": [pairing("failed", "connecting", { error: "The lock does not answer." })],
  });
  const { exitCode, out, err } = await portvakt("pair", LABEL, "--via", VIA);
  assert.equal(exitCode, 1);
  assert.deepEqual(out, []);
  assert.deepEqual(err, ["… connecting", "error: not paired: The lock does not answer."]);
});

test("with --json the end of the pairing is one object", async (t) => {
  const { portvakt } = cliFixture(t, { "POST /v1/pairings": [pairing("done", "paired")] });
  const { out } = await portvakt("pair", LABEL, "--via", VIA, "--json");
  assert.equal(out.length, 1);
  assert.equal(JSON.parse(out[0]!).state, "done");
});

test("a way that the daemon does not understand is a mistake on the command line", async (t) => {
  const { portvakt } = cliFixture(t, { "POST /v1/pairings": [problem(422, "via-invalid", "No such way.")] });
  const { exitCode, err } = await portvakt("pair", LABEL, "--via", "pigeon");
  assert.equal(exitCode, 2);
  assert.deepEqual(err, ["error: No such way."]);
});
