import type { MutatedScript } from "./mutant.ts";
import type { Site } from "./sites.ts";

/** The names of the global functions that say whether a mutant is on, and whether one from `first` up to `end` may be. */
export const SWITCH = "mutantIsOn";
export const RANGE_SWITCH = "mutantIsAmong";

/**
 * The file's text with every mutant in it, each behind its switch; with all of them off it does what it did.
 *
 * A function comes twice, and as it was where its mutants are off: otherwise a checksum would take ten times as long.
 */
export function instrument({ text, sites, mutants }: MutatedScript): string {
  let at = 0;
  let mutant = 0;

  const renderSite = (site: Site): string => {
    const first = mutants[mutant]?.id;
    const ids = site.replacements.map(() => mutants[mutant++]!.id);
    const original = renderUpTo(site.end, site.start);
    switch (site.kind) {
      case "statement":
        return `{ if (!${SWITCH}(${ids[0]})) { ${original} } }`;
      case "expression":
        return ids.reduceRight(
          (rest, id, n) => `(${SWITCH}(${id}) ? ${site.replacements[n]} : ${rest})`,
          `(${original})`,
        );
      case "function": {
        const end = mutants[mutant]?.id ?? Number.POSITIVE_INFINITY;
        if (first === undefined || first === end) return original;
        return `{ if (${RANGE_SWITCH}(${first}, ${end})) ${original} else ${text.slice(site.start, site.end)} }`;
      }
      default:
        return site.kind satisfies never;
    }
  };

  const renderUpTo = (end: number, from: number): string => {
    let rendered = "";
    let position = from;
    for (let next = sites[at]; next && next.start >= from && next.end <= end; next = sites[at]) {
      at += 1;
      rendered += text.slice(position, next.start) + renderSite(next);
      position = next.end;
    }
    return rendered + text.slice(position, end);
  };

  return renderUpTo(text.length, 0);
}
