import assert from "node:assert/strict";
import { test } from "node:test";
import { apiFixture } from "../testing/api-fixture.ts";

test("metrics are Prometheus text, and count the answers of the API by operation", async (t) => {
  const { ask, tokenFor } = await apiFixture(t);
  await ask("GET", "/v1/locks");
  await ask("GET", "/v1/nothing");
  const { status, headers, body } = await ask("GET", "/metrics", undefined, await tokenFor("viewer"));
  assert.equal(status, 200);
  assert.equal(headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
  assert.match(body, /portvakt_api_requests_total\{operation="listLocks",status="200"\} 1/);
  assert.match(body, /portvakt_api_requests_total\{operation="none",status="404"\} 1/);
});
