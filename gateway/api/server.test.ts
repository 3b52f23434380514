import assert from "node:assert/strict";
import { test } from "node:test";
import { LOCK_A } from "../testing/grants-fixture.ts";
import { apiFixture, TOKEN } from "./testing/api-fixture.ts";

test("without a token health says that the daemon lives, and no more", async (t) => {
  const { ask } = await apiFixture(t);
  const { status, body } = await ask("GET", "/v1/health", undefined, "");
  assert.equal(status, 200);
  assert.deepEqual(body, { status: "alive" });
});

test("with the token health says how it fares", async (t) => {
  const { ask, played } = await apiFixture(t);
  played.sync = { state: "in-step", reason: "in-step", sentence: "In step." };
  const { body } = await ask("GET", "/v1/health");
  assert.deepEqual(body, {
    status: "alive",
    details: {
      version: "1.2.3",
      startedAt: "2027-01-07T00:00:00.000Z",
      bluetooth: [],
      locks: 2,
      locksInStep: 2,
      undelivered: 0,
      uplink: { state: "none", sentence: "There is no uplink." },
    },
  });
});

test("everything else answers 401 without the token or with a wrong one", async (t) => {
  const { ask, played } = await apiFixture(t);
  const requests = [
    ["GET", "/v1/locks"],
    ["GET", `/v1/locks/${LOCK_A}`],
    ["POST", `/v1/locks/${LOCK_A}/actions`],
    ["POST", "/v1/pairings"],
    ["GET", "/v1/pairings/0000000000000000"],
    ["POST", "/v1/grants"],
    ["GET", "/v1/grants"],
    ["GET", "/v1/grants/0000000000000000"],
    ["DELETE", "/v1/grants/0000000000000000"],
    ["GET", "/v1/events"],
  ] as const;
  for (const [method, url] of requests) {
    for (const token of ["", "wrong", `${TOKEN}x`]) {
      const { status, headers, body } = await ask(method, url, method === "POST" ? {} : undefined, token);
      assert.equal(status, 401, `${method} ${url}`);
      assert.equal(headers["www-authenticate"], "Bearer");
      assert.equal(headers["content-type"], "application/problem+json");
      assert.equal(body.code, "unauthorized");
    }
  }
  assert.equal((await ask("GET", "/v1/health", undefined, "wrong")).status, 401);
  assert.deepEqual(played.asked, []);
});

test("a request that can not be read is a problem with a code of its own", async (t) => {
  const { ask, api } = await apiFixture(t);
  assert.equal((await ask("GET", "/v1/nothing")).body.code, "not-found");
  assert.equal((await ask("DELETE", "/v1/locks")).body.code, "not-found");
  assert.equal((await ask("POST", "/v1/grants", "{")).body.code, "request-malformed");
  const large = await ask("POST", "/v1/grants", JSON.stringify({ name: "x".repeat(17_000) }));
  assert.deepEqual([large.status, large.body.code], [413, "request-too-large"]);
  const headers = { authorization: `Bearer ${TOKEN}`, "content-type": "application/xml" };
  const xml = await api.inject({ method: "POST", url: "/v1/grants", headers, payload: "<a/>" });
  assert.deepEqual([xml.statusCode, xml.json().code], [415, "media-type"]);
});

test("a mistake of ours is answered without details and handed on", async (t) => {
  const { ask, played, mistakes } = await apiFixture(t);
  const mistake = new Error("a secret detail");
  played.startPairing = async () => {
    throw mistake;
  };
  const { status, body } = await ask("POST", "/v1/pairings", { label: "x", via: "y" });
  assert.equal(status, 500);
  assert.deepEqual(body, {
    type: "urn:portvakt:problem:internal",
    title: "A mistake inside the gateway",
    status: 500,
    code: "internal",
  });
  assert.deepEqual(mistakes, [mistake]);
});
