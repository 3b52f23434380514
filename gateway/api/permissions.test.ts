import assert from "node:assert/strict";
import { test } from "node:test";
import fastify from "fastify";
import { opensslSuite } from "../../crypto/openssl.ts";
import { ROLES } from "../store/token-store.ts";
import { LOCK_A } from "../testing/grants-fixture.ts";
import { guard } from "./access.ts";
import { PERMISSIONS } from "./permissions.ts";
import { RATE_LIMITS, RateLimiter } from "./rate-limits.ts";
import { SignedRequests } from "./signed-requests.ts";
import { apiFixture } from "./testing/api-fixture.ts";
import { tokensFixture } from "./testing/tokens-fixture.ts";

/** Every route there is, as `METHOD /path/:parameter`. */
async function routesOf(test: Parameters<typeof apiFixture>[0]): Promise<string[]> {
  const { ask } = await apiFixture(test);
  const { paths } = (await ask("GET", "/openapi.json")).body as { paths: Record<string, object> };
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ":$1")}`),
  );
  return ["GET /openapi.json", ...described];
}

test("every route is in the table, and the table lists no other", async (t) => {
  assert.deepEqual(Object.keys(PERMISSIONS).toSorted(), (await routesOf(t)).toSorted());
});

test("each role may do what the table says and nothing else, at every route", async (t) => {
  const { ask, tokenFor } = await apiFixture(t);
  for (const role of ROLES) {
    const token = await tokenFor(role);
    for (const [route, allowed] of Object.entries(PERMISSIONS)) {
      const [method, path = ""] = route.split(" ") as ["GET" | "POST" | "PUT" | "DELETE", string];
      const url = path.replace(":lockId", LOCK_A).replaceAll(/:\w+/g, "0000000000000000");
      const { status, body } = await ask(method, url, method === "GET" ? undefined : {}, token);
      const mayDo = allowed === "anyone" || allowed.includes(role);
      assert.equal(status === 403, !mayDo, `${role}: ${route} answered ${status}`);
      if (status === 403) assert.equal(body.code, "forbidden");
    }
  }
});

test("without a token there is nothing but health and the description", async (t) => {
  const { ask } = await apiFixture(t);
  for (const [route, allowed] of Object.entries(PERMISSIONS)) {
    const [method, path = ""] = route.split(" ") as ["GET" | "POST" | "PUT" | "DELETE", string];
    const { status, headers } = await ask(method, path, method === "GET" ? undefined : {}, "");
    assert.equal(status, allowed === "anyone" ? 200 : 401, route);
    if (status === 401) assert.equal(headers["www-authenticate"], "Bearer");
  }
});

test("a route that the table does not list is nobody's, an admin's neither", async (t) => {
  const { tokens, clock } = tokensFixture(t);
  const { text } = await tokens.add({ role: "admin" });
  const api = fastify();
  t.after(() => api.close());
  const limiter = new RateLimiter(clock, RATE_LIMITS);
  const signed = new SignedRequests({ suite: opensslSuite, clock, tokens });
  guard(api, { tokens, limiter, signed, openMetricsHere: false });
  api.get("/v1/new", () => "secret");
  const response = await api.inject({ url: "/v1/new", headers: { authorization: `Bearer ${text}` } });
  assert.equal(response.statusCode, 500);
  assert(!response.body.includes("secret"));
});

test("/metrics can be opened to programs on this machine, and to no others", async (t) => {
  const { api } = await apiFixture(t, { openMetricsHere: true });
  const from = (remoteAddress: string) => api.inject({ url: "/metrics", remoteAddress });
  for (const here of ["127.0.0.1", "::1", "::ffff:127.0.0.1"]) assert.equal((await from(here)).statusCode, 200, here);
  for (const other of ["192.0.2.7", "::ffff:192.0.2.7"]) assert.equal((await from(other)).statusCode, 401, other);
});
