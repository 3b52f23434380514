import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { opensslSuite } from "../../../crypto/openssl.ts";
import type { ActOutcome, SyncStatus } from "../../../gateway/api/services.ts";
import { type Composed, compose } from "../../../gateway/compose.ts";
import { DEFAULT_SITE } from "../../../gateway/config.ts";
import { LocalIssuer } from "../../../gateway/issuer/local-issuer.ts";
import type { Log } from "../../../gateway/log.ts";
import { Database } from "../../../gateway/store/database.ts";
import type { PairingRow } from "../../../gateway/store/pairing-store.ts";
import { runUntil } from "../../../gateway/testing/run-until.ts";
import { SerialTransport } from "../../../gateway/transport/serial.ts";
import { decodeRecord, type LogRecord } from "../../../protocol/log/record.ts";
import type { SeededRandom } from "../../../protocol/testing/seeded-random.ts";
import type { VirtualClock } from "../../../protocol/testing/virtual-clock.ts";
import type { Bus } from "../bus.ts";
import { lineTo } from "./bus-line.ts";
import type { BusLock } from "./bus-lock.ts";

const PATH = "/dev/ttyUSB0";
const POLL_MS = 3_000;

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

/** A whole gateway, its serial code included, as a master of a bus in memory. */
export class BusGateway {
  readonly #clock: VirtualClock;
  readonly #parts: Composed;
  #closing: Promise<void> | undefined;

  constructor(t: TestContext, clock: VirtualClock, random: SeededRandom, bus: Bus, baud: number) {
    const folder = mkdtempSync(join(tmpdir(), "portvakt-bus-"));
    const issuer = LocalIssuer.load(folder, opensslSuite, random);
    this.#clock = clock;
    this.#parts = compose({
      suite: opensslSuite,
      clock,
      random,
      log: silent,
      database: Database.open(join(folder, "portvakt.db")),
      transport: new SerialTransport(clock, () => lineTo(bus), [{ path: PATH, baud }]),
      authority: { kind: "local", issuer, operator: issuer.operator },
      site: DEFAULT_SITE,
      pollMs: POLL_MS,
    });
    this.#parts.gateway.start();
    t.after(async () => {
      await this.close();
      rmSync(folder, { recursive: true, force: true });
    });
  }

  /** Leaves the bus. Closing twice does nothing. */
  async close(): Promise<void> {
    this.#closing ??= runUntil(this.#clock, this.#parts.gateway.close());
    await this.#closing;
  }

  /** Presses the lock's button and pairs; returns how it ended. */
  async pair({ lock, label, address }: BusLock): Promise<PairingRow> {
    lock.pressPairingButton();
    const via = `serial:${PATH}?address=${address}`;
    const { id } = await this.#parts.services.pairings.start({ label, via });
    for (;;) {
      const row = this.#parts.pairings.get(id);
      if (row && row.state !== "running") return row;
      await this.#clock.advanceAsync(100);
    }
  }

  unlock({ lockId }: BusLock): Promise<ActOutcome> {
    return this.#parts.services.actions.act(lockId, "unlock");
  }

  sync({ lockId }: BusLock): SyncStatus | undefined {
    return this.#parts.services.sync.status(lockId);
  }

  /** What has come here of the lock's log. */
  records({ lockId }: BusLock): LogRecord[] {
    return this.#parts.events
      .after(0, 100_000)
      .filter((row) => row.kind === "record" && row.lockId === lockId)
      .map(({ payload }) => decodeRecord(payload));
  }
}
