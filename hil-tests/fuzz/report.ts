import { toHex } from "../../protocol/wire/bytes.ts";
import type { Find } from "./engine/campaign.ts";
import type { Run } from "./worker/run-job.ts";

const COLUMNS: readonly { heading: string; cell: (run: Run) => string }[] = [
  { heading: "target", cell: ({ target }) => target },
  { heading: "executions", cell: ({ executions }) => String(executions) },
  { heading: "a second", cell: (run) => String(Math.round((run.executions * 1000) / run.tookMs)) },
  { heading: "refused", cell: ({ executions, refused }) => `${Math.round((100 * refused) / executions)} %` },
  { heading: "blocks", cell: ({ blocks }) => String(blocks.seeds) },
  { heading: "new blocks", cell: ({ blocks }) => String(blocks.found) },
  { heading: "corpus", cell: ({ corpus }) => String(corpus.length) },
  { heading: "finds", cell: ({ finds }) => String(finds.length) },
];

const WIDTHS = [20, 10, 9, 8, 7, 11, 7, 6];

export function headingLine(): string {
  return padded(COLUMNS.map(({ heading }) => heading));
}

export function runLine(run: Run): string {
  return padded(COLUMNS.map(({ cell }) => cell(run)));
}

/** What a find is, and the command that shows it again. */
export function findText(target: string, { input, signature, detail }: Find): string {
  const replay = `npm run fuzz -- --target ${target} --replay ${toHex(input)}`;
  return `FIND in ${target}: ${signature}\n  input  ${toHex(input)}\n  replay ${replay}\n${indented(detail)}\n`;
}

function padded(cells: readonly string[]): string {
  return cells.map((cell, i) => (i === 0 ? cell.padEnd(WIDTHS[i]!) : cell.padStart(WIDTHS[i]!))).join(" ");
}

function indented(text: string): string {
  return text
    .split("\n")
    .map((line) => `  ${line}`)
    .join("\n");
}
