import assert from "node:assert/strict";
import { once } from "node:events";
import { chmodSync, readdirSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { SeededRandom } from "../protocol/testing/seeded-random.ts";
import { VirtualClock } from "../protocol/testing/virtual-clock.ts";
import { CliError, ExitCode } from "./cli/exit-code.ts";
import { parseConfig } from "./config.ts";
import { run } from "./run.ts";
import { temporaryDirectory } from "./store/testing/temporary-directory.ts";

async function listeningServer(): Promise<{ server: Server; port: number }> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, port: (server.address() as AddressInfo).port };
}

async function freePort(): Promise<number> {
  const { server, port } = await listeningServer();
  server.close();
  await once(server, "close");
  return port;
}

function daemon(data: string, port: number, more = "") {
  const text = `data = "${data}"\n${more}[api]\nlisten = "127.0.0.1:${port}"\n[log]\nlevel = "silent"`;
  const stopping = new AbortController();
  const clock = new VirtualClock();
  const machine = {
    clock,
    random: new SeededRandom(1),
    version: "1.2.3",
    stop: stopping.signal,
    crash: (error: unknown) => assert.fail(String(error)),
  };
  const ended = run(parseConfig(text, "portvakt.toml", "/"), machine);
  void commitUntil(clock, ended);
  return { ended, stop: () => stopping.abort() };
}

/** Time stands still, but what is due at once is done: the store's commits. */
async function commitUntil(clock: VirtualClock, ended: Promise<void>): Promise<void> {
  let isOver = false;
  const over = () => {
    isOver = true;
  };
  ended.then(over, over);
  while (!isOver) {
    clock.advance(0);
    await new Promise(setImmediate);
  }
}

/** Knocks until somebody answers; each turn lets the daemon go on. */
async function health(port: number): Promise<unknown> {
  for (;;) {
    const response = await fetch(`http://127.0.0.1:${port}/v1/health`).catch(() => undefined);
    if (response) return response.json();
  }
}

function failsWith(sentence: string) {
  return (error: unknown) =>
    error instanceof CliError && error.exitCode === ExitCode.failed && error.message === sentence;
}

test("the daemon answers until it is told to stop, and starts again in the same directory", async (t) => {
  const data = temporaryDirectory(t);
  for (let start = 0; start < 2; start++) {
    const port = await freePort();
    const { ended, stop } = daemon(data, port);
    assert.deepEqual(await health(port), { status: "alive" });
    stop();
    await ended;
    await assert.rejects(fetch(`http://127.0.0.1:${port}/v1/health`));
  }
});

test("a port that is in use is told in one line", async (t) => {
  const { server, port } = await listeningServer();
  t.after(() => server.close());
  const { ended } = daemon(temporaryDirectory(t), port);
  await assert.rejects(ended, failsWith(`port ${port} on 127.0.0.1 is in use by another program`));
});

test("a data directory that is open to others is told in one line", async (t) => {
  const data = temporaryDirectory(t);
  chmodSync(data, 0o755);
  const { ended } = daemon(data, await freePort());
  await assert.rejects(ended, failsWith(`${data} is open to others (mode 755): run chmod 700 ${data}`));
});

test("a directory that another daemon works in is told in one line", async (t) => {
  const data = temporaryDirectory(t);
  const port = await freePort();
  const first = daemon(data, port);
  await health(port);
  await assert.rejects(
    daemon(data, await freePort()).ended,
    failsWith(`${data}/portvakt.db is in use by another portvakt; stop that one first`),
  );
  first.stop();
  await first.ended;
});

/** A point on the curve: P-256's own generator. */
const ISSUER_KEY = "036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296";

function fleet(issuerKey = ISSUER_KEY): string {
  return `issuer = "remote"\nfleet = { issuer_key = "${issuerKey}" }\n`;
}

test("a gateway whose issuer is elsewhere makes no key that signs", async (t) => {
  const data = temporaryDirectory(t);
  const port = await freePort();
  const { ended, stop } = daemon(data, port, fleet());
  await health(port);
  stop();
  await ended;
  assert.deepEqual(
    readdirSync(data).filter((name) => name.endsWith(".key")),
    [],
  );
});

test("a gateway whose issuer is elsewhere does not start with a key that opens doors", async (t) => {
  for (const name of ["issuer.key", "operator.key"]) {
    const data = temporaryDirectory(t);
    writeFileSync(join(data, name), "");
    await assert.rejects(
      daemon(data, await freePort(), fleet()).ended,
      failsWith(
        `${join(data, name)} opens doors, and a gateway whose issuer is elsewhere must hold no such key: move it to the issuer`,
      ),
    );
  }
});

test("an issuer key that is none is told in one line", async (t) => {
  const { ended } = daemon(temporaryDirectory(t), await freePort(), fleet(`02${"ff".repeat(32)}`));
  await assert.rejects(ended, failsWith("fleet.issuer_key is no point on P-256"));
});
