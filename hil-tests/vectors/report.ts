import { IMPLEMENTATIONS, type Vector } from "./vector.ts";

/** What became of the vectors of one file. */
export interface FileReport {
  /** Path inside the directory of all vectors: the folder, then the file. */
  readonly path: string;
  readonly passed: number;
  /** One line for each vector that an implementation got wrong, saying which and how. */
  readonly failures: readonly string[];
  /** How many were left out, by reason. */
  readonly skipped: ReadonlyMap<string, number>;
}

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Checks every vector on every implementation; one that fails on either has failed. */
export function runFile(path: string, vectors: readonly Vector[]): FileReport {
  let passed = 0;
  const failures: string[] = [];
  const skipped = new Map<string, number>();
  for (const vector of vectors) {
    if (vector.kind === "skip") {
      skipped.set(vector.why, (skipped.get(vector.why) ?? 0) + 1);
      continue;
    }
    const wrong = wrongOnes(vector);
    if (wrong.length === 0) passed++;
    else failures.push(`${vector.name}: ${wrong.join("; ")}`);
  }
  return { path, passed, failures, skipped };
}

export function countAll(reports: readonly FileReport[]): Counts {
  return reports.reduce<Counts>(
    (sum, { passed, failures, skipped }) => ({
      passed: sum.passed + passed,
      failed: sum.failed + failures.length,
      skipped: sum.skipped + [...skipped.values()].reduce((total, count) => total + count, 0),
    }),
    { passed: 0, failed: 0, skipped: 0 },
  );
}

/** Lines for people: each folder with its sum, each file in it with its failures and what was skipped and why. */
export function reportLines(reports: readonly FileReport[]): string[] {
  const folders = [...new Set(reports.map(({ path }) => folderOf(path)))];
  return folders.flatMap((folder) => {
    const files = reports.filter(({ path }) => folderOf(path) === folder);
    return [`${folder}: ${inWords(countAll(files))}`, ...files.flatMap(fileLines)];
  });
}

function fileLines(report: FileReport): string[] {
  return [
    `  ${report.path}: ${inWords(countAll([report]))}`,
    ...report.failures.map((failure) => `    FAILED ${failure}`),
    ...[...report.skipped].map(([why, count]) => `    skipped ${count}: ${why}`),
  ];
}

function wrongOnes(vector: Vector & { kind: "check" }): string[] {
  return IMPLEMENTATIONS.flatMap((implementation) => {
    try {
      vector.check(implementation);
      return [];
    } catch (error) {
      return [`${implementation.suite.name}: ${firstLine(error)}`];
    }
  });
}

function folderOf(path: string): string {
  return path.includes("/") ? path.slice(0, path.indexOf("/")) : path;
}

function inWords({ passed, failed, skipped }: Counts): string {
  return `${passed + failed} run, ${failed} failed, ${skipped} skipped`;
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split("\n")[0]!;
}
