import type { Suite } from "../../crypto/suite.ts";
import { equalBytes } from "../../protocol/wire/bytes.ts";
import { ExportError, type ExportLine, parseExportLine } from "./export-line.ts";
import { LogCheck, type LogFinding } from "./log-check.ts";

/** Whose word the key of a lock is: somebody's who checks, the export's own, or nobody's. */
export type KeySource = "given" | "claimed" | "none";

export type LogVerdict = LogFinding & { key: KeySource };

/** Checks an export line by line: all locks and generations at once, each in bounded memory. */
export class ExportCheck {
  readonly #suite: Suite;
  readonly #given: ReadonlyMap<string, Uint8Array>;
  readonly #claimed = new Map<string, Uint8Array>();
  readonly #logs = new Map<string, { check: LogCheck; key: KeySource }>();
  #lines = 0;

  /** `given`: public keys by lock; what the export claims about those locks' keys must agree. */
  constructor(suite: Suite, given: ReadonlyMap<string, Uint8Array>) {
    this.#suite = suite;
    this.#given = given;
  }

  /** Throws ExportError, which names the line, if it is none of an export. Empty lines are nothing. */
  see(text: string): void {
    this.#lines++;
    if (text.trim() === "") return;
    try {
      this.#see(parseExportLine(text));
    } catch (error) {
      if (!(error instanceof ExportError)) throw error;
      throw new ExportError(`line ${this.#lines}: ${error.message}`, { cause: error });
    }
  }

  /** By lock and generation, in the order in which they came first. */
  verdicts(): LogVerdict[] {
    return [...this.#logs.values()].map(({ check, key }) => ({ ...check.finding(), key }));
  }

  #see(line: ExportLine): void {
    if (line.kind === "key") this.#seeKey(line.lockId, line.sigPk);
    else this.#logOf(line.lockId, line.generation).see(line);
  }

  #seeKey(lockId: string, sigPk: Uint8Array): void {
    const known = this.#given.get(lockId) ?? this.#claimed.get(lockId);
    if (known && !equalBytes(known, sigPk)) throw new ExportError(`it claims another key for lock ${lockId}`);
    this.#claimed.set(lockId, sigPk);
  }

  #logOf(lockId: string, generation: number): LogCheck {
    const name = `${lockId}-${generation}`;
    let log = this.#logs.get(name);
    if (!log) {
      const [given, claimed] = [this.#given.get(lockId), this.#claimed.get(lockId)];
      const key = given ? "given" : claimed ? "claimed" : "none";
      log = { check: new LogCheck(this.#suite, lockId, generation, given ?? claimed), key };
      this.#logs.set(name, log);
    }
    return log.check;
  }
}
