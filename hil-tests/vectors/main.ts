import { statSync } from "node:fs";
import { countAll, reportLines } from "./report.ts";
import { runVectors } from "./run.ts";
import { IMPLEMENTATIONS } from "./vector.ts";

/** `npm run test:vectors -- DIR`: published vectors against both suites. Exit code 0 passed, 1 failed, 2 usage. */
function main([directory]: readonly string[]): number {
  if (directory === undefined || !statSync(directory, { throwIfNoEntry: false })?.isDirectory()) {
    process.stderr.write("usage: npm run test:vectors -- DIR (the README says where the vectors come from)\n");
    return 2;
  }
  const reports = runVectors(directory);
  const { passed, failed, skipped } = countAll(reports);
  const lines = [
    `Each vector is checked on ${IMPLEMENTATIONS.map(({ suite }) => suite.name).join(" and ")}.`,
    ...reportLines(reports),
    `${passed} passed, ${failed} failed, ${skipped} skipped`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
  return failed === 0 ? 0 : 1;
}

process.exitCode = main(process.argv.slice(2));
