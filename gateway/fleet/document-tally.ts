import type { Clock } from "../../protocol/clock.ts";
import type { Log } from "../log.ts";
import type { DocumentResult } from "./bundle.ts";

/** Somebody who sends nonsense shall not fill the disk with it. */
const LOG_EVERY_MS = 60_000;

export interface DocumentTallyParts {
  clock: Clock;
  log: Log;
  /** Counts for the metrics. */
  judged: (result: DocumentResult) => void;
}

/** Counts what becomes of documents, and now and then tells the log of those that were not taken. */
export class DocumentTally {
  readonly #parts: DocumentTallyParts;
  #loggedAtMs = Number.NEGATIVE_INFINITY;
  #unlogged = 0;

  constructor(parts: DocumentTallyParts) {
    this.#parts = parts;
  }

  add(results: readonly DocumentResult[]): void {
    for (const result of results) {
      this.#parts.judged(result);
      if (result.outcome === "refused" || result.outcome === "held") this.#log(result);
    }
  }

  #log({ kind, id, outcome, code, sentence }: Extract<DocumentResult, { code: unknown }>): void {
    const { clock, log } = this.#parts;
    if (clock.monotonicMs() - this.#loggedAtMs < LOG_EVERY_MS) {
      this.#unlogged++;
      return;
    }
    log.warn({ kind, id, code, besides: this.#unlogged }, `A ${kind} of the issuer was ${outcome}: ${sentence}`);
    this.#loggedAtMs = clock.monotonicMs();
    this.#unlogged = 0;
  }
}
