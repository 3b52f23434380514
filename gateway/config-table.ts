import { nearestName } from "./nearest-name.ts";

/** The configuration is wrong: one line for people, naming file and key. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** One TOML table with known keys, read value by value. Every mistake is a ConfigError. */
export class Table {
  readonly #values: Record<string, unknown>;
  readonly #file: string;
  readonly #path: string;

  /** `path` is the table's own place, like `api.`; keys that are not `known` are refused at once. */
  constructor(values: Record<string, unknown>, file: string, path: string, known: readonly string[]) {
    this.#values = values;
    this.#file = file;
    this.#path = path;
    for (const key of Object.keys(values)) {
      if (!known.includes(key)) throw this.wrong(key, `is not a known key; did you mean "${nearestName(key, known)}"?`);
    }
  }

  has(key: string): boolean {
    return this.#values[key] !== undefined;
  }

  wrong(key: string, sentence: string): ConfigError {
    return new ConfigError(`${this.#file}: ${this.#path}${key} ${sentence}`);
  }

  text(key: string, otherwise?: string): string {
    const value = this.optionalText(key) ?? otherwise;
    if (value === undefined) throw this.wrong(key, "is missing");
    return value;
  }

  optionalText(key: string): string | undefined {
    const value = this.#values[key];
    if (value !== undefined && (typeof value !== "string" || value === "")) throw this.wrong(key, "must be a text");
    return value;
  }

  /** A list of texts, none of them empty. */
  texts(key: string, otherwise: readonly string[]): string[] {
    const value = this.#values[key] ?? otherwise;
    if (!Array.isArray(value) || !value.every((one) => typeof one === "string" && one !== "")) {
      throw this.wrong(key, "must be a list of texts");
    }
    return [...value];
  }

  flag(key: string, otherwise: boolean): boolean {
    const value = this.#values[key] ?? otherwise;
    if (typeof value !== "boolean") throw this.wrong(key, "must be true or false");
    return value;
  }

  wholeNumber(key: string, otherwise: number, range: { min: number; max: number }): number {
    const value = this.#values[key] ?? otherwise;
    if (typeof value !== "number" || !Number.isInteger(value) || value < range.min || value > range.max) {
      throw this.wrong(key, `must be a whole number from ${range.min} to ${range.max}`);
    }
    return value;
  }

  oneOf<T extends string>(key: string, choices: readonly T[], otherwise: T): T {
    const value = this.#values[key] ?? otherwise;
    const choice = choices.find((one) => one === value);
    if (choice === undefined) throw this.wrong(key, `must be ${choices.map((one) => `"${one}"`).join(" or ")}`);
    return choice;
  }

  /** The table `[key]`, empty if it is absent. */
  table(key: string, known: readonly string[]): Table {
    const value = this.#values[key] ?? {};
    if (!isTable(value)) throw this.wrong(key, `must be a table: [${key}]`);
    return new Table(value, this.#file, `${this.#path}${key}.`, known);
  }

  /** The tables `[[key]]`, in order. */
  tables(key: string, known: readonly string[]): Table[] {
    const value = this.#values[key] ?? [];
    if (!Array.isArray(value) || !value.every(isTable)) {
      throw this.wrong(key, `must be tables, one for each: [[${key}]]`);
    }
    return value.map((entry, index) => new Table(entry, this.#file, `${this.#path}${key}[${index}].`, known));
  }
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
