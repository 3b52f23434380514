import { posix } from "node:path";
import { type Token, tokenize } from "./tokens.ts";

/** One TypeScript file of the project, read for what it imports. */
export interface SourceFile {
  /** From the project's root, with forward slashes: `gateway/store/database.ts`. */
  path: string;
  tokens: Token[];
  imports: Import[];
  /** Whether it exports anything from another module (`export … from`). */
  reexports: boolean;
}

/**
 * `file`: a path from the project's root, be it there or not. `package`: a bare name without sub-path.
 * `words` are those of the import statement, the names that it binds among them.
 */
export type Import = ({ kind: "file"; path: string } | { kind: "package"; name: string }) & { words: string[] };

export function readSource(path: string, text: string): SourceFile {
  const tokens = tokenize(text);
  const imports: Import[] = [];
  let reexports = false;
  tokens.forEach((token, at) => {
    const start = token.kind === "string" ? startOfImport(tokens, at) : undefined;
    if (start === undefined) return;
    const words = tokens.slice(start, at).flatMap(({ kind, text }) => (kind === "word" ? [text] : []));
    imports.push({ ...resolve(path, token.text), words });
    reexports ||= words[0] === "export";
  });
  return { path, tokens, imports, reexports };
}

/** Where the statement or call begins that the string at `at` is the module specifier of, if it is one. */
function startOfImport(tokens: Token[], at: number): number | undefined {
  if (isWord(tokens[at - 1], "import")) return at - 1;
  const caller = tokens[at - 1]?.text === "(" ? tokens[at - 2] : undefined;
  if (isWord(caller, "import") || isWord(caller, "require")) return at - 2;
  if (!isWord(tokens[at - 1], "from")) return undefined;
  for (let start = at - 2; start >= 0 && tokens[start]!.text !== ";"; start--) {
    if (isWord(tokens[start], "import") || isWord(tokens[start], "export")) return start;
  }
  return undefined;
}

function isWord(token: Token | undefined, text: string): boolean {
  return token?.kind === "word" && token.text === text;
}

function resolve(from: string, specifier: string): { kind: "file"; path: string } | { kind: "package"; name: string } {
  if (specifier.startsWith(".")) return { kind: "file", path: posix.join(posix.dirname(from), specifier) };
  if (specifier.startsWith("node:")) return { kind: "package", name: specifier };
  const parts = specifier.split("/");
  return { kind: "package", name: parts.slice(0, specifier.startsWith("@") ? 2 : 1).join("/") };
}
