import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { TestContext } from "node:test";
import { opensslSuite } from "../../../crypto/openssl.ts";
import { SeededRandom } from "../../../protocol/testing/seeded-random.ts";
import { VirtualClock } from "../../../protocol/testing/virtual-clock.ts";
import { temporaryDirectory } from "../../store/testing/temporary-directory.ts";
import type { CliIo } from "../io.ts";
import { runCli } from "../program.ts";

/** What the played daemon answers: JSON with 200 unless told otherwise, or an error as `fetch` throws it. */
export type Answer = { status?: number; body?: unknown } | Error;

/** The command line beside a played daemon. Each request takes the next answer of its address, the last one again and again. */
export function cliFixture(test: TestContext, answers: Record<string, Answer[]> = {}) {
  const directory = temporaryDirectory(test);
  const config = join(directory, "portvakt.toml");
  writeFileSync(config, 'data = "."\n[api]\nlisten = "127.0.0.1:9999"\n');
  writeFileSync(join(directory, "api-token"), "the-token\n");
  const clock = new VirtualClock();
  const out: string[] = [];
  const err: string[] = [];
  const requests: { url: string; token: string | null; body?: unknown }[] = [];
  const io: CliIo = {
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    write: async (chunk) => void out.push(Buffer.from(chunk).toString()),
    stdin: Readable.from([]),
    clock,
    random: new SeededRandom(1),
    suite: opensslSuite,
    version: "1.2.3",
    runDaemon: async () => {},
    diagnose: async () => [],
    fetch: async (input, init) => {
      const url = String(input);
      const address = `${init?.method} ${new URL(url).pathname}${new URL(url).search}`;
      const body = init?.body === undefined ? {} : { body: JSON.parse(String(init.body)) };
      requests.push({ url, token: new Headers(init?.headers).get("authorization"), ...body });
      const queue = answers[address] ?? [new Error(`the test has no answer to ${address}`)];
      const answer = queue.length > 1 ? queue.shift()! : queue[0]!;
      if (answer instanceof Error) throw answer;
      const text = answer.body === undefined ? null : JSON.stringify(answer.body);
      return new Response(text, { status: answer.status ?? 200 });
    },
  };

  /** Runs one command line to its end, moving time on while it waits. */
  async function portvakt(...args: string[]) {
    let exitCode: number | undefined;
    const ended = runCli([...args, "--config", config], io).then((code) => {
      exitCode = code;
    });
    for (let turns = 0; exitCode === undefined && turns < 1000; turns++) await clock.advanceAsync(1000);
    await ended;
    return { exitCode, out, err };
  }
  return { portvakt, io, clock, out, err, requests, config, directory };
}

export function refused(name: "ECONNREFUSED" | "ECONNRESET"): Error {
  return new TypeError("fetch failed", { cause: Object.assign(new Error(name), { code: name }) });
}

export function problem(status: number, code: string, detail: string): Answer {
  return { status, body: { type: `urn:portvakt:problem:${code}`, title: code, status, code, detail } };
}
