import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

/** A directory of mode 0700 that goes with the test. */
export function temporaryDirectory(test: Pick<TestContext, "after">): string {
  const path = mkdtempSync(join(tmpdir(), "portvakt-test-"));
  test.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
