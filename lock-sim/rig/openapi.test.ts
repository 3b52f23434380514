import assert from "node:assert/strict";
import { test } from "node:test";
import { createConfig, lintFromString } from "@redocly/openapi-core";
import Value from "typebox/value";
import { rigFixture } from "../testing/rig-fixture.ts";
import { LockState } from "./state-schema.ts";

interface Operation {
  requestBody?: { content: { "application/json": { example: object } } };
  responses: Record<string, { content: Record<string, { schema: { $ref?: string } }> }>;
}
type Document = { openapi: string; paths: Record<string, Record<string, Operation>> };

test("every documented route answers as it is documented, with the example that stands there", async (t) => {
  const { url } = await rigFixture(t);
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as Document;
  assert.equal(document.openapi, "3.1.0");
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const example = operation.requestBody?.content["application/json"].example;
      const gone = new AbortController();
      const response = await fetch(url + path, {
        method: method.toUpperCase(),
        signal: gone.signal,
        ...(example && { headers: { "content-type": "application/json" }, body: JSON.stringify(example) }),
      });
      const name = `${method} ${path} ${response.status}`;
      const described = operation.responses[response.status];
      assert.ok(described, `${name} is not documented`);
      const type = response.headers.get("content-type")!;
      assert.ok(type in described.content, `${name} came as ${type}`);
      if (described.content[type]!.schema.$ref?.endsWith("/LockState")) {
        const state = await response.json();
        assert.deepEqual(Value.Errors(LockState, state), [], name);
      }
      gone.abort();
    }
  }
});

test("every route of the issue is documented", async (t) => {
  const { url } = await rigFixture(t);
  const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as Document;
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((name) => `${name} ${path}`),
  );
  assert.deepEqual(routes.toSorted(), [
    "delete /v1/tag",
    "get /",
    "get /face.css",
    "get /face.js",
    "get /icon.svg",
    "get /openapi.json",
    "get /v1/log",
    "get /v1/state",
    "get /v1/state/stream",
    "post /v1/battery",
    "post /v1/clock",
    "post /v1/door",
    "post /v1/factory-reset",
    "post /v1/faults",
    "post /v1/keypad",
    "post /v1/pairing-button",
    "post /v1/power",
    "post /v1/privacy",
    "post /v1/tag",
    "post /v1/tamper",
    "post /v1/thumb-turn",
  ]);
});

test("the description passes Redocly's strictest rules", async (t) => {
  const { url } = await rigFixture(t);
  const config = await createConfig({
    extends: ["recommended-strict"],
    rules: { "operation-description": "error", "parameter-description": "error", "tag-description": "error" },
  });
  const source = await (await fetch(`${url}/openapi.json`)).text();
  const problems = await lintFromString({ source, config });
  assert.deepEqual(
    problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} at ${location[0]?.pointer}`),
    [],
  );
});
