import assert from "node:assert/strict";
import { test } from "node:test";
import { createConfig, lintFromString } from "@redocly/openapi-core";
import { apiFixture } from "./testing/api-fixture.ts";

const BEYOND_RECOMMENDED = {
  "no-invalid-schema-examples": "error",
  "no-invalid-parameter-examples": "error",
  "operation-description": "error",
  "parameter-description": "error",
  "tag-description": "error",
  "operation-tag-defined": "error",
  "operation-4xx-problem-details-rfc7807": "error",
  "no-required-schema-properties-undefined": "error",
  "paths-kebab-case": "error",
} as const;

test("the description of the API passes Redocly's strictest rules", async (t) => {
  const { ask } = await apiFixture(t);
  const { body } = await ask("GET", "/openapi.json");
  const config = await createConfig({ extends: ["recommended-strict"], rules: BEYOND_RECOMMENDED });
  const problems = await lintFromString({ source: JSON.stringify(body), config });
  assert.deepEqual(
    problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} at ${location[0]?.pointer}`),
    [],
  );
});
