import type { Result } from "./result.ts";
import { aimInWords, machineInWords, measuredInWords } from "./words.ts";

const HEADINGS = ["row", "what", "figure", "unit", "aim"];

/** The table for a terminal. */
export function textTable({ machine, rows }: Result): string {
  const lines = rows.flatMap(({ row, figures }) =>
    figures.map((figure) => [row.name, figure.what, measuredInWords(figure.measured), figure.unit, aimInWords(figure)]),
  );
  const cells = [HEADINGS, ...lines];
  const widths = HEADINGS.map((_, column) => Math.max(...cells.map((line) => line[column]!.length)));
  const text = cells.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join("  ")
      .trimEnd(),
  );
  return `${machineInWords(machine)}\n(spread: min / median / max)\n\n${text.join("\n")}\n`;
}
