import assert from "node:assert/strict";
import { test } from "node:test";
import { BUNDLE_BYTES_MAX } from "../fleet/bundle.ts";
import { LOCK_A } from "../testing/grants-fixture.ts";
import { BODY_BYTES_MAX } from "./answer-problems.ts";
import { apiFixture } from "./testing/api-fixture.ts";

type Method = "POST" | "PUT";
type Described = Record<string, Record<string, { requestBody?: object }>>;

/** Every operation that takes a body, as an address that leads somewhere. */
function takingBodies(paths: Described): [Method, string][] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([, { requestBody }]) => requestBody)
      .map(([method]): [Method, string] => [
        method.toUpperCase() as Method,
        path.replace("{lockId}", LOCK_A).replaceAll(/\{\w+\}/g, "00".repeat(8)),
      ]),
  );
}

const JSON_HEADERS = { "content-type": "application/json" };

test("what is no good body is refused by its name at every route, and nothing is made of it", async (t) => {
  const { ask, played, mistakes, grants, groups } = await apiFixture(t);
  const operations = takingBodies((await ask("GET", "/openapi.json")).body.paths);
  assert(operations.length > 8);
  for (const [method, url] of operations) {
    const bytesMax = url === "/v1/documents" ? BUNDLE_BYTES_MAX : BODY_BYTES_MAX;
    const depth = bytesMax / 2 - 10;
    const deep = `{"x":${"[".repeat(depth)}${"]".repeat(depth)}}`;
    const bodies: [string, string, Record<string, string>, number, string][] = [
      ["too large", `"${"x".repeat(bytesMax)}"`, JSON_HEADERS, 413, "request-too-large"],
      ["deep", deep, JSON_HEADERS, 422, "field-invalid"],
      ["deep, under a key", deep, { ...JSON_HEADERS, "idempotency-key": url }, 422, "field-invalid"],
      ["a list", "[]", JSON_HEADERS, 422, "field-invalid"],
      ["null", "null", JSON_HEADERS, 422, "field-invalid"],
      ["a number", "1e999", JSON_HEADERS, 422, "field-invalid"],
      ["unknown members only", '{"frobnicate":1}', JSON_HEADERS, 422, "field-invalid"],
      ["a prototype", '{"__proto__":{"role":"admin"}}', JSON_HEADERS, 400, "request-malformed"],
      ["half", '{"x":', JSON_HEADERS, 400, "request-malformed"],
      ["nothing", "", JSON_HEADERS, 400, "request-malformed"],
      ["text", "unlock", { "content-type": "text/plain" }, 415, "media-type"],
      ["a form", "action=unlock", { "content-type": "application/x-www-form-urlencoded" }, 415, "media-type"],
      ["of no type", "{}", { "content-type": "" }, 415, "media-type"],
    ];
    for (const [name, body, headers, status, code] of bodies) {
      const { status: got, body: problem } = await ask(method, url, body, undefined, headers);
      assert.deepEqual([got, problem?.code], [status, code], `${method} ${url}: ${name}: ${JSON.stringify(problem)}`);
      if (status === 413) assert.equal(problem.detail, `A body has at most ${bytesMax} bytes here.`);
    }
  }
  assert.deepEqual([played.asked, mistakes], [[], []]);
  assert.deepEqual([grants.list("", 10), groups.list("", 10)], [[], []]);
});

test("an unknown member beside good ones is refused by its name", async (t) => {
  const { ask } = await apiFixture(t);
  const bodies: [Method, string, object][] = [
    ["POST", "/v1/tokens", { role: "viewer" }],
    ["POST", "/v1/groups", { name: "Stair", locks: [] }],
    ["PUT", "/v1/holidays", { dates: [] }],
    ["PUT", `/v1/locks/${LOCK_A}/settings`, { unlockSeconds: 5 }],
    ["POST", `/v1/locks/${LOCK_A}/actions`, { action: "unlock" }],
  ];
  for (const [method, url, good] of bodies) {
    const { status, body } = await ask(method, url, { ...good, frobnicate: 1 });
    assert.deepEqual([status, body.field], [422, "frobnicate"], url);
  }
  const { body } = await ask("POST", "/v1/tokens", { role: "viewer", scope: { locks: [LOCK_A], doors: [] } });
  assert.equal(body.field, "scope.doors");
});
