import assert from "node:assert/strict";
import { test } from "node:test";
import { PROBLEMS } from "./problem.ts";
import { apiFixture } from "./testing/api-fixture.ts";

interface Operation {
  operationId?: string;
  summary?: string;
  tags?: string[];
  parameters?: { name: string; in: string; required: boolean; schema: object }[];
  responses: Record<string, { description?: string; content?: Record<string, { schema: object }> }>;
}

test("the description at /openapi.json is OpenAPI 3.1, and needs no token", async (t) => {
  const { ask } = await apiFixture(t);
  const { status, body } = await ask("GET", "/openapi.json", undefined, "");
  assert.equal(status, 200);
  assert.equal(body.openapi, "3.1.0");
  assert.equal(body.info.version, "1.2.3");
  assert.deepEqual(body.components.securitySchemes.token.scheme, "bearer");
});

test("every operation is named, summed up, and says what it answers and how it fails", async (t) => {
  const { ask } = await apiFixture(t);
  const { paths } = (await ask("GET", "/openapi.json")).body as { paths: Record<string, Record<string, Operation>> };
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, path, operation })),
  );
  assert.deepEqual(operations.map(({ name }) => name).toSorted(), [
    "delete /v1/grants/{id}",
    "get /v1/events",
    "get /v1/grants",
    "get /v1/grants/{id}",
    "get /v1/health",
    "get /v1/locks",
    "get /v1/locks/{lockId}",
    "get /v1/pairings/{id}",
    "post /v1/grants",
    "post /v1/locks/{lockId}/actions",
    "post /v1/pairings",
  ]);
  const ids = new Set(operations.map(({ operation }) => operation.operationId));
  assert.equal(ids.size, operations.length);
  for (const { name, path, operation } of operations) {
    assert(operation.summary && operation.tags?.length === 1, name);
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
    const described = (operation.parameters ?? []).filter((parameter) => parameter.in === "path" && parameter.required);
    assert.deepEqual(
      described.map((parameter) => parameter.name),
      inPath,
      name,
    );
    const statuses = Object.keys(operation.responses);
    assert(statuses.includes("401") && statuses.some((status) => status.startsWith("2")), name);
    for (const [status, response] of Object.entries(operation.responses)) {
      assert(response.description, `${name} ${status}`);
      if (status < "400") continue;
      assert.deepEqual(Object.keys(response.content ?? {}), ["application/problem+json"], `${name} ${status}`);
    }
  }
});

test("every reference of the description leads somewhere", async (t) => {
  const { ask } = await apiFixture(t);
  const { body } = await ask("GET", "/openapi.json");
  const references: string[] = [];
  JSON.stringify(body, (key, value) => {
    if (key === "$ref") references.push(value);
    return value;
  });
  assert(references.length > 20);
  for (const reference of new Set(references)) {
    const [root, ...steps] = reference.split("/");
    assert.equal(root, "#");
    assert(
      steps.reduce((at, step) => at?.[step], body),
      reference,
    );
  }
  assert.deepEqual(Object.keys(body.components.schemas).toSorted(), [
    "ActionOutcome",
    "Event",
    "Grant",
    "Health",
    "Lock",
    "Pairing",
    "Problem",
  ]);
});

test("the codes of problems are those that the description lists", async (t) => {
  const { ask } = await apiFixture(t);
  const { body } = await ask("GET", "/openapi.json");
  assert.deepEqual(body.components.schemas.Problem.properties.code.enum, Object.keys(PROBLEMS));
});
