import type { DocumentResult } from "./bundle.ts";

/** Of what has not gone up yet; a backend that does not listen loses the oldest, and sees in the reports how things are. */
const RESULTS_MAX = 1_000;
/** Of one message. A result that names a thousand grants which are missing has 20,000. */
const MESSAGE_CHARACTERS_MAX = 64 * 1024;

/** What has become of documents, until the backend has been told. */
export class PendingResults {
  readonly #results: DocumentResult[] = [];

  get isEmpty(): boolean {
    return this.#results.length === 0;
  }

  add(results: readonly DocumentResult[]): void {
    this.#results.push(...results);
    this.#results.splice(0, this.#results.length - RESULTS_MAX);
  }

  /** The oldest, as many as go into one message; one at least, if there is any. They stay until they are told. */
  next(countMax: number): DocumentResult[] {
    const oldest = this.#results.slice(0, countMax);
    let characters = 0;
    const end = oldest.findIndex((result, index) => {
      characters += JSON.stringify(result).length;
      return index > 0 && characters > MESSAGE_CHARACTERS_MAX;
    });
    return end < 0 ? oldest : oldest.slice(0, end);
  }

  /** The backend has heard these. Some may be gone already, to make room. */
  told(results: readonly DocumentResult[]): void {
    const heard = new Set(results);
    this.#results.splice(0, this.#results.length, ...this.#results.filter((result) => !heard.has(result)));
  }
}
