import assert from "node:assert/strict";
import { SourceMap, type SourceMapPayload } from "node:module";
import type { SourceFile } from "typescript/unstable/ast";
import type { Site } from "./sites.ts";

/** One small change that a test should notice. */
export interface Mutant {
  /** Unique among those of a list, from 1. */
  readonly id: number;
  /** The TypeScript file from the project's root, and the line in it from 1. */
  readonly file: string;
  readonly line: number;
  readonly original: string;
  /** Empty: the statement is left out. */
  readonly replacement: string;
}

/** A compiled file, its text, its mutants, and where in the text they are. */
export interface MutatedScript {
  /** Path from dist/. */
  readonly script: string;
  readonly text: string;
  readonly sites: readonly Site[];
  /** As many as the sites have replacements, in the same order. */
  readonly mutants: readonly Mutant[];
}

export function mutateScript(
  script: string,
  file: SourceFile,
  sites: readonly Site[],
  map: SourceMapPayload,
  firstId: number,
): MutatedScript {
  const sourceMap = new SourceMap(map);
  const mutants = sites.flatMap((site) => {
    const { line, character } = file.getLineAndCharacterOfPosition(site.start);
    const origin = sourceMap.findEntry(line, character);
    assert("originalLine" in origin, `${script} has a map without line ${line + 1}`);
    return site.replacements.map((replacement) => ({
      file: script.replace(/\.js$/, ".ts"),
      line: origin.originalLine + 1,
      original: file.text.slice(site.start, site.end),
      replacement,
    }));
  });
  return { script, text: file.text, sites, mutants: mutants.map((mutant, n) => ({ id: firstId + n, ...mutant })) };
}

/** In one line: `length < 8 → length <= 8`. */
export function describeChange({ original, replacement }: Mutant): string {
  const [before, after] = [original, replacement].map((text) => text.replace(/\s+/g, " "));
  return after === "" ? `without ${before}` : `${before} → ${after}`;
}
