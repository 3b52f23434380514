import { isTestOnly, type Rule } from "./rules.ts";
import type { SourceFile } from "./source-file.ts";
import type { Token } from "./tokens.ts";

/** Where the machine's own time and randomness come in. */
const DOORS = ["protocol/system-clock.ts", "protocol/system-random.ts"];

/** What asks the machine for the time, for a moment to come, or for chance. Spaces divide the tokens. */
const AMBIENT_CODE = [
  "Date . now",
  "Date ( )",
  "performance",
  "hrtime",
  "process . uptime",
  "AbortSignal . timeout",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "Math . random",
  "getRandomValues",
  "randomUUID",
  ". randomBytes",
  "randomInt",
  "randomFill",
  "randomFillSync",
  "randomSecretKey",
  "generateKeyPair",
  "generateKeyPairSync",
  "generateKeys",
].map((code) => code.split(" "));

const AMBIENT_PACKAGES = ["node:timers", "node:timers/promises", "node:perf_hooks"];

/** style.md 2. Tests may yield one turn of the event loop; testing/ is where the virtual clock lives. */
export const timeAndChanceAreArguments: Rule = (files) =>
  files
    .filter(({ path }) => !DOORS.includes(path))
    .flatMap((file) => [...ambientCode(file), ...ambientImports(file)].map((what) => `${file.path} uses ${what}`));

export const onlyMainsOpenTheDoors: Rule = (files) =>
  files.flatMap(({ path, imports }) =>
    imports
      .filter((target) => target.kind === "file" && DOORS.includes(target.path) && !path.endsWith("/main.ts"))
      .map((target) => `${path} imports ${target.kind === "file" ? target.path : target.name}`),
  );

function ambientCode({ path, tokens }: SourceFile): string[] {
  const allowed = isTestOnly(path) ? ["setImmediate"] : [];
  return AMBIENT_CODE.filter((code) => !allowed.includes(code[0]!))
    .filter((code) => tokens.some((_, at) => code.every((text, n) => isCode(tokens[at + n], text))))
    .map((code) => code.join(" "));
}

function isCode(token: Token | undefined, text: string): boolean {
  return token?.text === text && token.kind !== "string";
}

function ambientImports({ imports }: SourceFile): string[] {
  return imports.flatMap((target) => {
    if (target.kind !== "package") return [];
    return AMBIENT_PACKAGES.includes(target.name) || target.words.includes("randomBytes") ? [target.name] : [];
  });
}
