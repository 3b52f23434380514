import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { type Patch, withPatchedBuild } from "./patched-build.ts";

const FILES = {
  "package.json": '{ "type": "module", "imports": { "#word": "./words/word.json" } }',
  "words/word.json": '"open"',
  "dist/main.js": 'import { isOpen } from "./door/door.js"; process.stdout.write(String(isOpen()));',
  "dist/door/door.js": 'import word from "#word" with { type: "json" }; export const isOpen = () => word === "open";',
};

/** A project of two modules that prints `true`. */
function smallProject(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), "small-project-"));
  t.after(() => rmSync(root, { recursive: true }));
  for (const [file, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  return root;
}

const output = async (folder: string) =>
  execFileSync(process.execPath, ["--no-warnings", join(folder, "dist/main.js")], { encoding: "utf8" });

test("without patches a build does what it did", async (t) => {
  assert.equal(await withPatchedBuild(smallProject(t), [], output), "true");
});

test("a patched module is the one that the others import", async (t) => {
  const patch = { file: "door/door.js", find: "===", replace: "!==" };
  assert.equal(await withPatchedBuild(smallProject(t), [patch], output), "false");
});

test("a module can be given another text", async (t) => {
  const patch = { file: "door/door.js", text: "export const isOpen = () => 7;" };
  assert.equal(await withPatchedBuild(smallProject(t), [patch], output), "7");
});

test("a module can be patched in two places", async (t) => {
  const patches = [
    { file: "door/door.js", find: "===", replace: "!==" },
    { file: "door/door.js", find: '"open"', replace: '"shut"' },
  ];
  assert.equal(await withPatchedBuild(smallProject(t), patches, output), "true");
});

test("the original keeps its text, and the copy is removed", async (t) => {
  const root = smallProject(t);
  const patch = { file: "door/door.js", find: "===", replace: "!==" };
  const folder = await withPatchedBuild(root, [patch], async (folder) => folder);
  assert.equal(existsSync(folder), false);
  assert.equal(readFileSync(join(root, "dist/door/door.js"), "utf8"), FILES["dist/door/door.js"]);
});

const UNFIT: { what: string; patch: Patch; error: RegExp }[] = [
  { what: "that is not there", patch: { file: "main.js", find: "shut", replace: "" }, error: /main.js has no shut/ },
  {
    what: "that is there twice",
    patch: { file: "main.js", find: "isOpen", replace: "" },
    error: /more than one isOpen/,
  },
  { what: "of no file", patch: { file: "window.js", find: "a", replace: "b" }, error: /ENOENT/ },
];

for (const { what, patch, error } of UNFIT) {
  test(`a patch for a text ${what} is refused`, async (t) => {
    const root = smallProject(t);
    await assert.rejects(withPatchedBuild(root, [patch], output), error);
  });
}
