import assert from "node:assert/strict";
import { test } from "node:test";
import { readSource } from "./source-file.ts";

const read = (text: string) => readSource("gateway/api/server.ts", text);
const targets = (text: string) => read(text).imports.map((one) => (one.kind === "file" ? one.path : one.name));

test("every form of import is seen", () => {
  assert.deepEqual(
    targets(`
      import a, { type b } from "./a.ts";
      import type { c } from "../c.ts";
      import "../../crypto/d.ts";
      const e = await import("./e.ts");
      type F = import("./f.ts").F;
      const g = require("./g.ts");
      export { h } from "./h.ts";
    `),
    [
      "gateway/api/a.ts",
      "gateway/c.ts",
      "crypto/d.ts",
      "gateway/api/e.ts",
      "gateway/api/f.ts",
      "gateway/api/g.ts",
      "gateway/api/h.ts",
    ],
  );
});

test("packages are known by their name without the sub-path", () => {
  assert.deepEqual(
    targets(
      'import { p256 } from "@noble/curves/nist.js"; import x from "fastify/lib/x.js"; import fs from "node:fs/promises";',
    ),
    ["@noble/curves", "fastify", "node:fs/promises"],
  );
});

test("what only looks like an import is none", () => {
  assert.deepEqual(
    read('const from = "a"; // import "b"\nlog(`import "c"`); f("d"); let x = y.from; "e";').imports,
    [],
  );
});

test("an export from another module is told from an export of one's own", () => {
  assert.equal(read('export * from "./a.ts";').reexports, true);
  assert.equal(read('import { a } from "./a.ts"; export { a };').reexports, false);
});

test("the names that an import binds are known", () => {
  const [only] = read('import { randomBytes, type Hash } from "node:crypto";').imports;
  assert.deepEqual(only?.words, ["import", "randomBytes", "type", "Hash", "from"]);
});
