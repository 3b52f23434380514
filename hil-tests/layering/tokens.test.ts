import assert from "node:assert/strict";
import { test } from "node:test";
import { tokenize } from "./tokens.ts";

const texts = (source: string) => tokenize(source).map(({ text }) => text);

test("words, strings and punctuation come in order", () => {
  assert.deepEqual(tokenize('import { a } from "./a.ts";'), [
    { kind: "word", text: "import" },
    { kind: "punctuation", text: "{" },
    { kind: "word", text: "a" },
    { kind: "punctuation", text: "}" },
    { kind: "word", text: "from" },
    { kind: "string", text: "./a.ts" },
    { kind: "punctuation", text: ";" },
  ]);
});

test("comments are left out", () => {
  assert.deepEqual(texts("a // b 'c\n/* d \" */ e"), ["a", "e"]);
});

test("an escaped quote does not end a string", () => {
  assert.deepEqual(texts(String.raw`"a\"b" 'c'`), [String.raw`a\"b`, "c"]);
});

test("of a template literal only the code inside it is seen, at any depth", () => {
  const source = "`import #{a({ b: `c #{d}` })} e` f".replaceAll("#", "$");
  assert.deepEqual(texts(source), ["a", "(", "{", "b", ":", "d", "}", ")", "f"]);
});

test("a regular expression is skipped and a division is not", () => {
  assert.deepEqual(texts('x = /["/]/.test(y) / z / "s"'), ["x", "=", ".", "test", "(", "y", ")", "/", "z", "/", "s"]);
});
