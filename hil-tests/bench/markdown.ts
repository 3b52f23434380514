import assert from "node:assert/strict";
import { type Comparison, comparisons } from "./peers.ts";
import type { MeasuredRow, Result } from "./result.ts";
import { aimInWords, machineInWords, measuredInWords } from "./words.ts";

const LINE_LETTERS_MAX = 120;

/** The page `docs/benchmarks.md`. The result must hold all rows. */
export function markdown(result: Result): string {
  const { machine, atMs, rows } = result;
  const sections = [
    INTRODUCTION,
    wrapped(`Measured on ${new Date(atMs).toISOString().slice(0, 10)} on this machine: ${machineInWords(machine)}.`),
    ...rows.map(rowSection),
    "## Beside others",
    ...comparisons((name) => find(result, name)).map(comparisonSection),
  ];
  return `${sections.join("\n\n")}\n`;
}

const INTRODUCTION = `# Benchmarks

The last run of \`npm run bench\`, written by the run itself (\`npm run bench -- --markdown docs/benchmarks.md\`). Three
numbers are the least, the median and the greatest of many rounds. Absolute figures drift from machine to machine and
from hour to hour; where we compare, both sides took turns in the same run, unless it says otherwise.`;

function rowSection({ row, figures }: MeasuredRow): string {
  const lines = figures.map((figure) => [
    figure.what,
    measuredInWords(figure.measured),
    figure.unit,
    aimInWords(figure),
  ]);
  return `## ${row.name}\n\n${wrapped(row.how)}\n\n${table(["", "figure", "unit", "aim"], lines)}`;
}

function comparisonSection({ heading, source, columns, lines }: Comparison): string {
  return `### ${heading}\n\n${wrapped(source)}\n\n${table(columns, lines)}`;
}

/** The paragraph in lines. */
function wrapped(paragraph: string): string {
  const lines = [""];
  for (const word of paragraph.split(" ")) {
    const line = `${lines.at(-1)} ${word}`.trimStart();
    if (line.length <= LINE_LETTERS_MAX) lines[lines.length - 1] = line;
    else lines.push(word);
  }
  return lines.join("\n");
}

function table(columns: readonly string[], lines: readonly (readonly string[])[]): string {
  return [columns, columns.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function find({ rows }: Result, name: string): string {
  const figure = rows.flatMap(({ row, figures }) => figures.filter(({ id }) => `${row.name}.${id}` === name)).at(0);
  assert(figure, `no row has the figure ${name}`);
  return measuredInWords(figure.measured);
}
