import { readFileSync } from "node:fs";
import type { Clock } from "../../protocol/clock.ts";
import { apiTokenFile } from "../api/api-token.ts";
import type { ProblemCode, ProblemJson } from "../api/problem.ts";
import { type ApiConfig, loadConfig } from "../config.ts";
import { CliError, ExitCode } from "./exit-code.ts";
import type { ClientOptions, CliIo } from "./io.ts";

/** The daemon waits for its lock before it answers an action; this is longer. */
const DEADLINE_MS = 120_000;

interface FetchInit {
  method: string;
  headers?: Record<string, string>;
  body?: string;
}

/** Asks the daemon. Every failure is a CliError with one line for people. */
export class ApiClient {
  readonly #url: string;
  readonly #token: string;
  readonly #startHint: string;
  readonly #fetch: typeof fetch;
  readonly #clock: Clock;

  private constructor(url: string, token: string, startHint: string, { fetch, clock }: Pick<CliIo, "fetch" | "clock">) {
    this.#url = url;
    this.#token = token;
    this.#startHint = startHint;
    this.#fetch = fetch;
    this.#clock = clock;
  }

  /** Takes address and token from the configuration unless they are given. */
  static fromOptions(options: ClientOptions, io: CliIo): ApiClient {
    const config = loadConfig(options.config);
    const url = (options.url ?? urlOf(config.api)).replace(/\/+$/, "");
    const startHint = `start it with: portvakt run${options.config ? ` --config ${options.config}` : ""}`;
    // The daemon makes the one in its data directory at its first start.
    const token =
      options.tokenFile === undefined ? readToken(apiTokenFile(config.data), startHint) : readToken(options.tokenFile);
    return new ApiClient(url, token, startHint, io);
  }

  /** For an API in the same process, which needs no address and no token. */
  static within(ask: typeof fetch, clock: Clock): ApiClient {
    return new ApiClient("http://within", "", "", { fetch: ask, clock });
  }

  get<T>(path: string): Promise<T> {
    return this.#ask("GET", path);
  }

  post<T>(path: string, body: object): Promise<T> {
    return this.#ask("POST", path, body);
  }

  put<T>(path: string, body: object): Promise<T> {
    return this.#ask("PUT", path, body);
  }

  async delete(path: string): Promise<void> {
    await this.#ask("DELETE", path);
  }

  /** What is answered, chunk by chunk as it comes. */
  async *stream(path: string): AsyncGenerator<Uint8Array> {
    const { body } = await this.#fetchWithin(path, { method: "GET" }, async (response) => response);
    const chunks = body?.[Symbol.asyncIterator]();
    while (chunks) {
      const next = await this.#reading(() => chunks.next());
      if (next.done) return;
      yield next.value;
    }
  }

  async #ask<T>(method: string, path: string, body?: object): Promise<T> {
    const init = {
      method,
      ...(body && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    };
    return this.#fetchWithin(path, init, async (response) => {
      const text = await response.text();
      return (text === "" ? undefined : JSON.parse(text)) as T;
    });
  }

  /** Answers that are no success are CliErrors. */
  async #fetchWithin<T>(path: string, init: FetchInit, read: (response: Response) => Promise<T>): Promise<T> {
    const deadline = new AbortController();
    const timer = this.#clock.schedule(DEADLINE_MS, () => deadline.abort());
    const headers = { authorization: `Bearer ${this.#token}`, ...init.headers };
    try {
      return await this.#reading(async () => {
        const response = await this.#fetch(`${this.#url}/v1${path}`, { ...init, headers, signal: deadline.signal });
        if (!response.ok) throw asCliError(response.status, await response.text());
        return read(response);
      });
    } finally {
      timer.cancel();
    }
  }

  async #reading<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      throw error instanceof CliError ? error : this.#unreachable(error);
    }
  }

  #unreachable(error: unknown): CliError {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (code === "ECONNREFUSED") {
      return new CliError(ExitCode.notRunning, `portvakt is not running at ${this.#url} (${this.#startHint})`);
    }
    const why = typeof code === "string" ? code : "no proper answer in time";
    return new CliError(ExitCode.notRunning, `portvakt can not be reached at ${this.#url} (${why})`);
  }
}

function urlOf({ host, port }: ApiConfig): string {
  // An address that means "everywhere" is one to listen on, not one to call.
  const callable = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return `http://${callable.includes(":") ? `[${callable}]` : callable}:${port}`;
}

function readToken(path: string, startHint?: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    throw code === "ENOENT" && startHint !== undefined
      ? new CliError(ExitCode.notRunning, `portvakt has not run yet: there is no token at ${path} (${startHint})`)
      : new CliError(ExitCode.failed, `the token at ${path} can not be read (${String(code)})`);
  }
}

function asCliError(status: number, text: string): CliError {
  const problem = asProblem(text);
  if (!problem) return new CliError(ExitCode.failed, `the answer was ${status}, and not from portvakt`);
  return new CliError(exitCodeOf(problem.code), problem.detail ?? problem.title, problem);
}

function asProblem(text: string): ProblemJson | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && "code" in value ? (value as ProblemJson) : undefined;
  } catch {
    return undefined;
  }
}

function exitCodeOf(code: ProblemCode): ExitCode {
  switch (code) {
    case "label-invalid":
    case "via-invalid":
    case "field-invalid":
      return ExitCode.usage;
    case "lock-refused":
      return ExitCode.refusedByLock;
    case "lock-unreachable":
      return ExitCode.lockUnreachable;
    case "outcome-unknown":
    case "request-interrupted":
      return ExitCode.outcomeUnknown;
    default:
      return ExitCode.failed;
  }
}
