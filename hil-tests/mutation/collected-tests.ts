import type { TestContext } from "node:test";

/** A test that a file has declared, to be run as often as one likes. */
export interface CollectedTest {
  readonly name: string;
  /** Rejects if it fails. */
  run(): Promise<void>;
}

type TestFunction = (context: TestContext) => unknown;

let collected: CollectedTest[] = [];

/** What has been declared since the last call. */
export function takeCollected(): CollectedTest[] {
  const taken = collected;
  collected = [];
  return taken;
}

/**
 * These stand in for node:test while mutants are tried: a file's tests can then run again and again in one process,
 * some milliseconds each. They know what the tests of protocol/ and lock-sim/firmware use.
 */
export function test(name: string, body: TestFunction): void {
  collected.push({ name, run: () => runOnce(body) });
}

export function describe(_name: string, body: () => void): void {
  body();
}

async function runOnce(body: TestFunction): Promise<void> {
  const endings: (() => unknown)[] = [];
  const context = { after: (ending: () => unknown) => endings.push(ending), diagnostic: () => {} };
  try {
    await body(context as unknown as TestContext);
  } finally {
    for (const ending of endings.toReversed()) await ending();
  }
}
