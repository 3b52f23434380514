import { closeSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";

/** An append-only file of JSON lines. What `append` was given is on the disk when it returns. */
export class Journal {
  readonly #file: number;

  private constructor(file: number) {
    this.#file = file;
  }

  /** Opens or creates the file and returns its entries. A last line that a crash cut short is dropped. */
  static open(path: string): { journal: Journal; entries: unknown[] } {
    const file = openSync(path, "a+", 0o600);
    const text = readFileSync(file, "utf8");
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    if (whole.length < text.length) ftruncateSync(file, Buffer.byteLength(whole));
    const entries = whole.split("\n").filter(Boolean);
    return { journal: new Journal(file), entries: entries.map((line) => JSON.parse(line) as unknown) };
  }

  append(entries: unknown[]): void {
    if (entries.length === 0) return;
    writeSync(this.#file, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
    fsyncSync(this.#file);
  }

  close(): void {
    closeSync(this.#file);
  }
}
