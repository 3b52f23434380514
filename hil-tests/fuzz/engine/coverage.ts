import assert from "node:assert/strict";
import { type Profiler, Session } from "node:inspector";
import { BlockMap } from "./block-map.ts";

/**
 * Which blocks of the project's code have run since the last look, by V8's own counters. Code that was loaded before
 * `start` has no blocks, only functions: whoever fuzzes starts first and loads its target then.
 */
export class Coverage {
  readonly #session = new Session();
  readonly #isOurs: (url: string) => boolean;

  constructor(isOurs: (url: string) => boolean) {
    this.#isOurs = isOurs;
  }

  start(): void {
    this.#session.connect();
    this.#session.post("Profiler.enable");
    this.#session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  }

  /** What has run since the last call; the counters begin anew. */
  take(): BlockMap {
    let taken: Profiler.ScriptCoverage[] | undefined;
    this.#session.post("Profiler.takePreciseCoverage", (error, answer) => {
      assert.ifError(error);
      taken = answer.result;
    });
    assert(taken, "the inspector answers at once within a process");
    const map = new BlockMap();
    for (const { url, functions } of taken) {
      if (!this.#isOurs(url)) continue;
      // An outer function comes before those inside it, an outer block before its parts.
      for (const { ranges } of functions) {
        for (const { startOffset, endOffset, count } of ranges) map.paint(url, startOffset, endOffset, count > 0);
      }
    }
    return map;
  }

  stop(): void {
    this.#session.disconnect();
  }
}
