import assert from "node:assert/strict";
import { test } from "node:test";
import { PROBLEMS } from "./problem.ts";
import { apiFixture } from "./testing/api-fixture.ts";

/** Their answers have no ETag. */
const UNTAGGED = ["/metrics", "/v1/events/export"];

interface Operation {
  operationId?: string;
  summary?: string;
  description?: string;
  tags?: string[];
  requestBody?: {
    content: { "application/json": { example?: object; examples?: object; schema: { examples?: object[] } } };
  };
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
  const ids = new Set(operations.map(({ operation }) => operation.operationId));
  assert.equal(ids.size, operations.length);
  for (const { name, path, operation } of operations) {
    assert(operation.summary && operation.description && operation.tags?.length === 1, name);
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
});

test("what is sent and what is answered has an example", async (t) => {
  const { ask } = await apiFixture(t);
  const { body } = await ask("GET", "/openapi.json");
  for (const [name, schema] of Object.entries<{ examples?: object[] }>(body.components.schemas)) {
    assert(schema.examples?.length, name);
  }
  for (const [path, methods] of Object.entries<Record<string, Operation>>(body.paths)) {
    for (const [method, { requestBody }] of Object.entries(methods)) {
      const content = requestBody?.content["application/json"];
      assert(!content || content.example || content.schema.examples, `${method} ${path}`);
    }
  }
});

test("what holds for every operation of a kind is said at each", async (t) => {
  const { ask } = await apiFixture(t);
  const { paths } = (await ask("GET", "/openapi.json")).body as { paths: Record<string, Record<string, Operation>> };
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, { parameters = [], responses, description = "" }] of Object.entries(methods)) {
      const name = `${method} ${path}`;
      const headers = parameters.filter((parameter) => parameter.in === "header").map((parameter) => parameter.name);
      const codes = Object.values(responses).flatMap((response) => response.description?.match(/[a-z-]+(?=:)/g) ?? []);
      if (method === "post") assert(headers.includes("Idempotency-Key") && codes.includes("request-interrupted"), name);
      if (method === "put" || method === "delete") assert(headers.includes("If-Match") && responses["412"], name);
      if (method === "get" && !UNTAGGED.includes(path))
        assert(responses["304"] && headers.includes("If-None-Match"), name);
      if (path !== "/v1/health") assert(codes.includes("forbidden") && /Roles: .*admin\./.test(description), name);
    }
  }
});

test("the codes of problems are those that the description lists", async (t) => {
  const { ask } = await apiFixture(t);
  const { body } = await ask("GET", "/openapi.json");
  assert.deepEqual(body.components.schemas.Problem.properties.code.enum, Object.keys(PROBLEMS));
});
