/** What a runner is asked to do, one thing at a time. Tests are known by their number, in the order of importing. */
export type Request =
  | { readonly kind: "import"; readonly files: readonly string[]; readonly mutant: number }
  | { readonly kind: "measure" }
  | { readonly kind: "try"; readonly mutant: number; readonly tests: readonly PlannedTest[] };

export interface PlannedTest {
  readonly test: number;
  /** Switches after which the mutant counts as endless. */
  readonly passedMax: number;
}

export type Reply =
  /** Each file's number of tests; undefined: a file could not be imported with the mutant on. */
  | { readonly kind: "imported"; readonly testsPerFile: readonly number[] | undefined }
  | { readonly kind: "measured"; readonly reachedByImport: readonly number[]; readonly tests: readonly MeasuredTest[] }
  /** `failed` is the test that did, if one did. */
  | { readonly kind: "tried"; readonly outcome: Outcome; readonly failed?: number };

export interface MeasuredTest {
  readonly name: string;
  /** Of the processor's time: what else the machine does makes no difference. */
  readonly ms: number;
  /** Mutants by which the test came. */
  readonly reached: readonly number[];
  readonly failed: boolean;
}

/** `unclear`: the test that failed now fails without the mutant as well, so that this process is spoilt. */
export type Outcome = "killed" | "survived" | "unclear";
