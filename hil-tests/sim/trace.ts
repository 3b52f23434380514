import { createHash } from "node:crypto";
import { toHex } from "../../protocol/wire/bytes.ts";
import type { Happening } from "./happening.ts";

/** One line for a happening, the same on every machine: members in order of their names, bytes in hexadecimal. */
export function lineOf(atMs: number, happening: Happening): string {
  return `${atMs} ${text(happening)}`;
}

function text(value: unknown): string {
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return `[${value.map(text).join(",")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${name}:${text(member)}`).join(",")}}`;
}

/** A running SHA-256 over all that happens: two runs with the same hash were the same run. */
export class Trace {
  readonly #hash = createHash("sha256");
  readonly #keep: ((line: string) => void) | undefined;
  #happenings = 0;

  /** `keep` gets each line as well. */
  constructor(keep?: (line: string) => void) {
    this.#keep = keep;
  }

  add(atMs: number, happening: Happening): void {
    const line = lineOf(atMs, happening);
    this.#happenings++;
    this.#hash.update(`${line}\n`);
    this.#keep?.(line);
  }

  get happenings(): number {
    return this.#happenings;
  }

  /** 64 hex digits. */
  digest(): string {
    return this.#hash.copy().digest("hex");
  }
}
