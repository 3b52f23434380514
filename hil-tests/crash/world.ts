import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { opensslSuite } from "../../crypto/openssl.ts";
import { OPERATOR_GRANT_ID } from "../../gateway/rights/operator-grant.ts";
import { type Clock, delay } from "../../protocol/clock.ts";
import { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { fromHex } from "../../protocol/wire/bytes.ts";
import { Backend } from "../backend/backend.ts";
import { EventStore } from "../backend/event-store.ts";
import type { GenerationHistory } from "../backend/lock-history.ts";
import { Receiver } from "../backend/receiver.ts";
import { EmulatedLock } from "../rig-tools/emulated-lock.ts";
import { freePort } from "../rig-tools/free-port.ts";
import { Gateway, type GatewaySettings, type GrantView, type PairingView } from "../rig-tools/gateway.ts";
import { answerOf } from "../rig-tools/json-api.ts";
import { PROGRAMS, type Surroundings } from "../rig-tools/program.ts";
import { ProgramGroup } from "../rig-tools/program-group.ts";
import { until } from "../rig-tools/until.ts";
import type { Ledger } from "./ledger.ts";
import { whatIsMissing } from "./settled.ts";

const SETTLE_MS = 30_000;
const PAIR_MS = 60_000;
const FIND_OUT_MS = 5_000;

interface Parts {
  folder: string;
  events: EventStore;
  receiver: Receiver;
  settings: GatewaySettings;
  gatewayUrl: string;
  lockAddress: string;
}

/** A gateway and a lock as processes of their own over TCP, and an event receiver. Gateway and lock can be killed. */
export class World {
  readonly clock: Clock;
  readonly #folder: string;
  readonly #programs: ProgramGroup;
  readonly #settings: GatewaySettings;
  readonly #gatewayUrl: string;
  readonly #lockAddress: string;
  readonly #receiver: Receiver;
  readonly #events: EventStore;
  gateway!: Gateway;
  lock!: EmulatedLock;

  private constructor(clock: Clock, parts: Parts) {
    this.clock = clock;
    this.#folder = parts.folder;
    this.#programs = new ProgramGroup(clock, (name) => join(parts.folder, `${name}.log`));
    this.#settings = parts.settings;
    this.#gatewayUrl = parts.gatewayUrl;
    this.#lockAddress = parts.lockAddress;
    this.#receiver = parts.receiver;
    this.#events = parts.events;
  }

  /** `surroundings` are the gateway's, whose data directory is given. */
  static async start(clock: Clock, surroundings: (data: string) => Surroundings = () => ({})): Promise<World> {
    const folder = mkdtempSync(join(tmpdir(), "portvakt-crash-"));
    const data = join(folder, "gateway");
    const events = new EventStore(opensslSuite, join(folder, "events.jsonl"));
    const receiver = new Receiver(new Backend({ store: events, random: new SeededRandom(1) }));
    const settings = {
      data,
      configFile: join(folder, "portvakt.toml"),
      eventsUrl: `${await receiver.start(0)}/events`,
      serialPaths: [],
      pollMs: 100,
      surroundings: surroundings(data),
    };
    const gatewayUrl = await Gateway.configure(settings);
    const lockAddress = `127.0.0.1:${await freePort()}`;
    const world = new World(clock, { folder, events, receiver, settings, gatewayUrl, lockAddress });
    await world.#startLock();
    await world.#startGateway();
    const { sigPk } = await world.lock.state();
    events.register(world.lock.lockId, fromHex(sigPk));
    return world;
  }

  /** Where everything of this world lies, until `close`. */
  get folder(): string {
    return this.#folder;
  }

  /** How the gateway reaches the lock. */
  get via(): string {
    return `tcp://${this.#lockAddress}`;
  }

  async #startGateway(): Promise<void> {
    this.gateway = await Gateway.start(this.clock, this.#programs, this.#gatewayUrl, this.#settings);
  }

  async #startLock(): Promise<void> {
    const carrier = ["--tcp", this.#lockAddress];
    this.lock = await EmulatedLock.start(this.#programs, "lock", join(this.#folder, "lock"), carrier);
  }

  /** Presses the lock's button and asks the gateway to pair it. */
  async startPairing(): Promise<PairingView> {
    await this.lock.rig.post("/v1/pairing-button");
    return this.gateway.startPairing(this.lock.label, this.via);
  }

  /** Waits until the lock's present generation is paired; where that failed, tries again as an installer would. */
  async finishPairing(): Promise<void> {
    const { generation } = await this.lock.state();
    const startMs = this.clock.monotonicMs();
    await until(
      this.clock,
      PAIR_MS,
      () => "pairing",
      async () => {
        const view = await this.gateway.lock(this.lock.lockId);
        const isTaken = view?.generation === generation;
        if (isTaken && view.sync.state === "in-step") return true;
        // The gateway may have told the lock its issuer: it gets time to find out by itself.
        if (isTaken && this.clock.monotonicMs() - startMs < FIND_OUT_MS) return undefined;
        const pairing = await answerOf(this.startPairing());
        if (pairing) await this.gateway.endOfPairing(pairing.id);
        return undefined;
      },
    );
  }

  /** Has the lock unlocked and enters it in the ledger. Rejects with ApiError if the lock or the gateway refuses. */
  async unlock(ledger: Ledger): Promise<void> {
    ledger.order();
    const path = `/v1/locks/${this.lock.lockId}/actions`;
    const { seq } = await this.gateway.api.post<{ seq: number }>(path, { action: "unlock" });
    ledger.done(seq);
  }

  /** Grants for the lock that the gateway holds and that are not revoked. */
  async wantedGrantIds(): Promise<string[]> {
    const { items } = await this.gateway.api.get<{ items: GrantView[] }>("/v1/grants?limit=1000");
    return items
      .filter(({ revokedAt }) => revokedAt === undefined)
      .map(({ id }) => id)
      .sort();
  }

  /**
   * Waits until nothing is left to do: the lock has the roster that is wanted, the receiver has every event of the
   * lock, signed for by it, and the lock knows. Returns what the receiver verified of the lock's present generation.
   */
  settle(): Promise<GenerationHistory> {
    let missing = "";
    return until(
      this.clock,
      SETTLE_MS,
      () => `settling (${missing})`,
      async () => {
        const [state, view] = [await this.lock.state(), await this.gateway.lock(this.lock.lockId)];
        const history = this.#events.history(this.lock.lockId)?.at(-1);
        missing = whatIsMissing(state, view, history) ?? "";
        return missing === "" ? history : undefined;
      },
    );
  }

  /** Stops the gateway as systemd would and starts it again. */
  async restartGateway(): Promise<void> {
    await this.gateway.program.stop();
    await this.#startGateway();
  }

  /** Kills the gateway and starts it again; `meanwhile` it is down. */
  async crashGateway(meanwhile: () => void | Promise<void> = () => {}): Promise<void> {
    await this.gateway.program.kill();
    await meanwhile();
    await this.#startGateway();
  }

  /** Starts the gateway, which is down, and kills it so soon that it may not have come up. */
  async startInVain(killAfterMs: number): Promise<void> {
    const program = this.#programs.run("gateway", PROGRAMS.gateway, ["run", "--config", this.#settings.configFile]);
    await delay(this.clock, killAfterMs);
    await program.kill();
  }

  /** Kills the lock, which loses power so, and starts it again. */
  async crashLock(): Promise<void> {
    await this.lock.program.kill();
    await this.#startLock();
  }

  /** Fails unless the lock's table holds the grants that are wanted, and the operator's. */
  async checkGrants(): Promise<void> {
    const { grantIds } = await this.lock.state();
    const wanted = await this.wantedGrantIds();
    assert.deepEqual(grantIds.filter((id) => id !== OPERATOR_GRANT_ID).sort(), wanted);
  }

  /** `keepFolder` for whoever looks into a failure. */
  async close({ keepFolder }: { keepFolder: boolean }): Promise<void> {
    await this.#programs.stop();
    await this.#receiver.close();
    this.#events.close();
    if (!keepFolder) rmSync(this.#folder, { recursive: true });
  }
}
