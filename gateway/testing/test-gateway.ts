import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { opensslSuite } from "../../crypto/openssl.ts";
import { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { VirtualClock } from "../../protocol/testing/virtual-clock.ts";
import { type Composed, compose } from "../compose.ts";
import { DEFAULT_SITE } from "../config.ts";
import { LocalIssuer } from "../issuer/local-issuer.ts";
import type { Log } from "../log.ts";
import { Database } from "../store/database.ts";
import type { Uplink } from "../uplink/uplink.ts";
import { FakeAir } from "./fake-air.ts";
import { FakeLock } from "./fake-lock.ts";
import { runUntil } from "./run-until.ts";

export const VIA = "tcp://127.0.0.1:7001";
export const POLL_MS = 5_000;

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

/** A whole gateway in virtual time with one fake lock at VIA, and the means to kill and start it. */
export class TestGateway {
  readonly clock = new VirtualClock();
  readonly random: SeededRandom;
  readonly air = new FakeAir(this.clock);
  readonly lock: FakeLock;
  readonly #folder = mkdtempSync(join(tmpdir(), "portvakt-gateway-"));
  readonly #uplink: Uplink | undefined;
  readonly #log: Log;
  parts: Composed;

  constructor(t: Pick<TestContext, "after">, options: { seed?: number; uplink?: Uplink; log?: Log } = {}) {
    this.random = new SeededRandom(options.seed ?? 1);
    this.lock = new FakeLock(this.random, this.clock);
    this.#uplink = options.uplink;
    this.#log = options.log ?? silent;
    this.air.place(VIA, this.lock);
    this.parts = this.#compose();
    this.parts.gateway.start();
    t.after(async () => {
      await this.run(this.parts.gateway.close());
      rmSync(this.#folder, { recursive: true, force: true });
    });
  }

  /** Lets virtual time run until the promise settles. */
  run<T>(promise: Promise<T>, limitMs?: number): Promise<T> {
    return runUntil(this.clock, promise, limitMs);
  }

  /** A stop and a start; what was not durable is gone. */
  async restart(): Promise<void> {
    await this.run(this.parts.gateway.close());
    this.parts = this.#compose();
    this.parts.gateway.start();
  }

  /** Pairs the lock and waits until it is in step. */
  async pair(): Promise<void> {
    this.lock.isPairing = true;
    const { id } = await this.parts.services.pairings.start({ label: this.lock.labelText, via: VIA });
    await this.pairingEnds(id);
  }

  async pairingEnds(id: string): Promise<void> {
    while (this.parts.pairings.get(id)?.state === "running") await this.clock.advanceAsync(100);
  }

  #compose(): Composed {
    const { clock, random } = this;
    const issuer = LocalIssuer.load(this.#folder, opensslSuite, random);
    return compose({
      suite: opensslSuite,
      clock,
      random,
      log: this.#log,
      database: Database.open(join(this.#folder, "portvakt.db")),
      transport: this.air,
      authority: { kind: "local", issuer, operator: issuer.operator },
      site: DEFAULT_SITE,
      ...(this.#uplink && { uplink: { to: this.#uplink, batchMax: 100 } }),
      pollMs: POLL_MS,
    });
  }
}
