/** A piece of TypeScript source. Comments and white space are left out; a string's text is without its quotes. */
export interface Token {
  kind: "word" | "string" | "punctuation";
  text: string;
}

/** After these words a slash begins a regular expression; after any other word it divides. */
const WORDS_BEFORE_EXPRESSION = new Set([
  "return",
  "typeof",
  "case",
  "in",
  "of",
  "void",
  "delete",
  "throw",
  "await",
  "yield",
]);

/**
 * Splits TypeScript into the tokens that imports and calls are recognised by.
 *
 * Just enough of ECMA-262 §12 for that: regular expressions are skipped, of template literals only the code in
 * `${…}` is given. TypeScript 7 has no parser to call from JavaScript.
 */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  // For each brace that is open: whether it belongs to a template literal's ${.
  const braces: ("block" | "template")[] = [];
  let at = 0;

  const skipTemplateText = () => {
    while (at < source.length) {
      if (source[at] === "\\") at += 2;
      else if (source[at] === "`") {
        at += 1;
        return;
      } else if (source.startsWith("${", at)) {
        at += 2;
        braces.push("template");
        return;
      } else at += 1;
    }
  };

  while (at < source.length) {
    const char = source[at]!;
    if (/\s/.test(char)) at += 1;
    else if (source.startsWith("//", at)) at = endOf(source, at, "\n");
    else if (source.startsWith("/*", at)) at = endOf(source, at + 2, "*/");
    else if (char === '"' || char === "'") {
      const end = endOfQuoted(source, at);
      tokens.push({ kind: "string", text: source.slice(at + 1, end - 1) });
      at = end;
    } else if (char === "`") {
      at += 1;
      skipTemplateText();
    } else if (char === "}" && braces.pop() === "template") {
      at += 1;
      skipTemplateText();
    } else if (char === "/" && beginsExpression(tokens.at(-1))) at = endOfRegExp(source, at);
    else if (/[\w$#@]/.test(char)) {
      const text = /^[\w$#@]+/.exec(source.slice(at))![0];
      tokens.push({ kind: "word", text });
      at += text.length;
    } else {
      if (char === "{") braces.push("block");
      tokens.push({ kind: "punctuation", text: char });
      at += 1;
    }
  }
  return tokens;
}

function endOf(source: string, from: number, mark: string): number {
  const found = source.indexOf(mark, from);
  return found < 0 ? source.length : found + mark.length;
}

function endOfQuoted(source: string, from: number): number {
  let at = from + 1;
  while (at < source.length && source[at] !== source[from]) at += source[at] === "\\" ? 2 : 1;
  return at + 1;
}

function endOfRegExp(source: string, from: number): number {
  let inClass = false;
  let at = from + 1;
  for (; at < source.length; at++) {
    if (source[at] === "\\") at += 1;
    else if (source[at] === "[") inClass = true;
    else if (source[at] === "]") inClass = false;
    else if (source[at] === "/" && !inClass) break;
  }
  return at + 1;
}

function beginsExpression(previous: Token | undefined): boolean {
  if (!previous) return true;
  switch (previous.kind) {
    case "word":
      return WORDS_BEFORE_EXPRESSION.has(previous.text);
    case "string":
      return false;
    case "punctuation":
      return ![")", "]", "}"].includes(previous.text);
    default:
      return previous.kind satisfies never;
  }
}
