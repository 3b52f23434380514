import { isMet } from "./figure.ts";
import type { Result } from "./result.ts";

/** For programs; figures as they were measured, unrounded. */
export function json({ machine, atMs, rows }: Result): string {
  const figures = rows.flatMap(({ row, figures }) =>
    figures.map((figure) => ({ row: row.name, ...figure, met: isMet(figure) })),
  );
  return `${JSON.stringify({ at: new Date(atMs).toISOString(), machine, figures }, null, 2)}\n`;
}
