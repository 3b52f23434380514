import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import type { Suite } from "../../../crypto/suite.ts";
import { memoryLock } from "../../../lock-sim/memory-lock.ts";
import { formatLabel } from "../../../protocol/documents/label.ts";
import { VirtualClock } from "../../../protocol/testing/virtual-clock.ts";
import type { Bench } from "../row.ts";
import { gatewayWorld } from "./gateway-world.ts";
import { LockUser } from "./lock-user.ts";
import { type Exchange, MemoryAir } from "./memory-air.ts";
import { pair } from "./pair.ts";

const PRODUCT = { model: "Bench", hardware: 1, firmware: 1 };
const VIA = "tcp://127.0.0.1:1";
const STEP_MS = 100;
/** Longer than a lock wants between two OPENs, and than a bolt stays drawn. */
const MOMENT_MS = 10_000;
/**
 * The gateway's own parts on OpenSSL, its database on the disk, and one emulated lock in memory, paired and in step.
 *
 * The clock that both live by stands still unless told to move: only computing and the disk take time. No reconciler is
 * at work after the pairing, so what goes to and fro is what was asked for.
 */
export class MemorySite {
  readonly user: LockUser;
  /** The pairing, up to the lock's being in step. */
  readonly pairing: { readonly exchanges: readonly Exchange[]; readonly tookMs: number };
  readonly #clock: VirtualClock;
  readonly #air: MemoryAir;

  private constructor(clock: VirtualClock, air: MemoryAir, user: LockUser, pairingMs: number) {
    this.user = user;
    this.pairing = { exchanges: air.takeExchanges(), tookMs: pairingMs };
    this.#clock = clock;
    this.#air = air;
  }

  /** With a lock whose firmware runs on this suite. */
  static async make({ clock: realClock, random, directory: parent }: Bench, lockSuite: Suite): Promise<MemorySite> {
    const directory = mkdtempSync(join(parent, "gateway-"));
    const clock = new VirtualClock();
    const { lock, label } = memoryLock({ clock, random, suite: lockSuite, product: PRODUCT });
    lock.powerOn();
    lock.pressPairingButton();
    const air = new MemoryAir(lock, clock);
    const world = () => gatewayWorld({ clock, random, directory, transport: air });
    const startMs = realClock.monotonicMs();
    const lockId = await pair(world(), formatLabel(lockSuite, label), VIA, () => clock.advanceAsync(STEP_MS));
    const pairingMs = realClock.monotonicMs() - startMs;
    const site = new MemorySite(clock, air, new LockUser(world(), lockId), pairingMs);
    site.pause();
    return site;
  }

  /** A moment later on the same connection: the session is still there. */
  pause(): void {
    this.#clock.advance(MOMENT_MS);
  }

  /** A moment later the connection has ended: the next session is a resumed one. */
  async loseConnection(): Promise<void> {
    await this.#air.close();
    this.pause();
  }

  /** The connection has ended and so has what could be resumed: the next session is a new one. */
  async loseSession(): Promise<void> {
    await this.loseConnection();
    await this.user.forgetSession();
  }

  /** Processor time, in microseconds, that the lock has needed since this was last asked. */
  takeLockCpuUs(): number {
    return this.#air.takeLockCpuUs();
  }

  /** The round trips since this was last asked. */
  takeExchanges(): Exchange[] {
    return this.#air.takeExchanges();
  }
}
