import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { opensslSuite } from "../../../crypto/openssl.ts";
import { type Composed, compose } from "../../../gateway/compose.ts";
import { type ComposedRights, composeRights } from "../../../gateway/rights/compose-rights.ts";
import { Database } from "../../../gateway/store/database.ts";
import { GroupStore } from "../../../gateway/store/group-store.ts";
import { LockStore } from "../../../gateway/store/lock-store.ts";
import { RosterStore, type TableChanges } from "../../../gateway/store/roster-store.ts";
import type { World } from "../../../gateway/world.ts";
import { memoryLock } from "../../../lock-sim/memory-lock.ts";
import type { Timer } from "../../../protocol/clock.ts";
import { formatLabel } from "../../../protocol/documents/label.ts";
import { VirtualClock } from "../../../protocol/testing/virtual-clock.ts";
import { MemoryTransport } from "../../link/testing/memory-transport.ts";
import type { Bench } from "../row.ts";
import { BenchGrants } from "./bench-grants.ts";
import { gatewayWorld } from "./gateway-world.ts";
import { TalliedTransport, type Tally } from "./tallied-transport.ts";

const PRODUCT = { model: "Bench", hardware: 1, firmware: 1 };
const GROUP = "5a5a5a5a5a5a5a5a";
const STEP_MS = 100;
const PATIENCE_MS = 3_600_000;
/** How long a lock that is in step is left alone: so soon it is asked again. */
const POLL_MS = 5_000;

/** Each resident's grant is for one lock, each carer's for the group of the first `together`. */
export interface RightsLoad {
  locks: number;
  residentsPerLock: number;
  carers: number;
  together: number;
}

/** What a change of rights came to at the locks that it touched. */
export interface Change {
  /** By the machine's clock, until all new rosters were durable. */
  draftedMs: number;
  locks: number;
  tally: Tally;
  /** What the locks lacked and had too many, and how long their new rosters are. */
  differences: (TableChanges & { rosterBytes: number })[];
}

/** A whole gateway with its database on the disk, and many emulated locks in memory, in virtual time. */
export class ManyLocks {
  readonly #realClock: Bench["clock"];
  readonly #clock: VirtualClock;
  readonly #world: World;
  readonly #transport: TalliedTransport;
  readonly #load: RightsLoad;
  readonly #databasePath: string;
  readonly #rosters: RosterStore;
  readonly #rights: ComposedRights;
  readonly #grants: BenchGrants;
  readonly #gateway: Composed;

  private constructor(bench: Bench, load: RightsLoad, clock: VirtualClock, memory: MemoryTransport) {
    this.#realClock = bench.clock;
    this.#load = load;
    this.#clock = clock;
    this.#transport = new TalliedTransport(memory);
    const directory = mkdtempSync(join(bench.directory, "gateway-"));
    const { random } = bench;
    this.#world = { ...gatewayWorld({ clock, random, directory, transport: this.#transport }), pollMs: POLL_MS };
    const { authority, database } = this.#world;
    assert(authority.kind === "local");
    this.#databasePath = join(directory, "portvakt.db");
    this.#rosters = new RosterStore(database);
    this.#rights = this.#rightsOn(this.#world);
    this.#grants = new BenchGrants(opensslSuite, random, authority.issuer, clock);
    this.#gateway = compose(this.#world);
  }

  /** The locks are paired and have the operator's grant alone. */
  static async make(bench: Bench, load: RightsLoad): Promise<ManyLocks> {
    const clock = new VirtualClock();
    const memory = new MemoryTransport(clock);
    const site = new ManyLocks(bench, load, clock, memory);
    site.#gateway.gateway.start();
    for (let n = 0; n < load.locks; n++) {
      const { lock, label } = memoryLock({ clock, random: bench.random, suite: opensslSuite, product: PRODUCT });
      lock.powerOn();
      lock.pressPairingButton();
      const via = `tcp://127.0.0.1:${n + 1}`;
      memory.place(via, lock);
      await site.#gateway.services.pairings.start({ label: formatLabel(opensslSuite, label), via });
    }
    await site.#untilInStep();
    return site;
  }

  /** All residents and carers, at once. */
  async fill(): Promise<Change> {
    const { residentsPerLock, carers, together } = this.#load;
    const { grantStore, wanted } = this.#rights;
    const lockIds = this.#lockIds();
    const residents = await Promise.all(
      lockIds.flatMap((lockId) =>
        Array.from({ length: residentsPerLock }, () => this.#grants.make({ lockIds: [lockId], groupIds: [] })),
      ),
    );
    const forGroup = await Promise.all(
      Array.from({ length: carers }, () => this.#grants.make({ lockIds: [], groupIds: [GROUP] })),
    );
    const groups = new GroupStore(this.#world.database);
    return this.#change(() =>
      wanted.change(() => {
        groups.put({ groupId: GROUP, name: "rounds", lockIds: lockIds.slice(0, together), createdAtMs: 0 });
        for (const grant of [...residents, ...forGroup]) grantStore.insert(grant);
        return lockIds;
      }),
    );
  }

  /** One carer's grant, in the tables of all locks of the group. */
  revokeCarer(): Promise<Change> {
    const [id] = this.#rights.grantStore.livingForGroup(GROUP);
    assert(id !== undefined);
    return this.#change(() => this.#rights.grants.revoke(id));
  }

  /** This share of residents moves out, and as many move in. */
  async churn(share: number): Promise<Change> {
    const { grantStore, wanted } = this.#rights;
    const lockIds = this.#lockIds();
    const moving = this.#grants.residents.filter((_, n) => n % Math.round(1 / share) === 0);
    const next = await Promise.all(moving.map(({ lockIds: at }) => this.#grants.make({ lockIds: at, groupIds: [] })));
    const revokedAtMs = this.#clock.wallMs();
    return this.#change(() =>
      wanted.change(() => {
        for (const { id } of moving) grantStore.revoke(id, revokedAtMs);
        for (const grant of next) grantStore.insert(grant);
        const touched = new Set(moving.flatMap(({ lockIds: at }) => at));
        return lockIds.filter((lockId) => touched.has(lockId));
      }),
    );
  }

  databaseBytes(): number {
    return this.#world.database.sizeBytes();
  }

  async close(): Promise<void> {
    await this.#gateway.gateway.close();
  }

  /**
   * After `close`: revokes another carer's grant as the daemon does, by the machine's clock, and tells for how long at most it
   * kept the process from everything else, in milliseconds.
   */
  async longestTurnMs(): Promise<number> {
    const clock = this.#realClock;
    const database = Database.open(this.#databasePath, { soon: (commit) => clock.schedule(0, commit) });
    const rights = this.#rightsOn({ ...this.#world, clock, database });
    const [id] = rights.grantStore.livingForGroup(GROUP);
    assert(id !== undefined);
    let longestMs = 0;
    let lastMs = clock.monotonicMs();
    let timer: Timer | undefined;
    const look = () => {
      const nowMs = clock.monotonicMs();
      longestMs = Math.max(longestMs, nowMs - lastMs);
      lastMs = nowMs;
    };
    const lookAgain = () => {
      look();
      timer = clock.schedule(0, lookAgain);
    };
    lookAgain();
    await rights.grants.revoke(id);
    timer?.cancel();
    look();
    database.close();
    return longestMs;
  }

  #rightsOn(world: World): ComposedRights {
    const { authority, database } = world;
    assert(authority.kind === "local");
    const { issuer, operator } = authority;
    const stores = { locks: new LockStore(database), rosters: new RosterStore(database) };
    return composeRights({ ...world, ...stores, issuer, operatorPk: operator.publicKey, changed() {} });
  }

  async #change(change: () => Promise<unknown>): Promise<Change> {
    const before = new Map(this.#lockIds().map((lockId) => [lockId, this.#rosters.wantedEpoch(lockId)]));
    const startMs = this.#realClock.monotonicMs();
    await change();
    const draftedMs = this.#realClock.monotonicMs() - startMs;
    const touched = [...before].filter(([lockId, epoch]) => this.#rosters.wantedEpoch(lockId) !== epoch);
    const differences = touched.map(([lockId, epoch]) => {
      const changes = this.#rosters.changesSince(lockId, epoch);
      const document = this.#rosters.document(lockId);
      assert(changes && document);
      return { ...changes, rosterBytes: document.length };
    });
    this.#transport.take();
    await this.#untilInStep();
    const tallies = this.#transport.take();
    const tally = { roundTrips: 0, bytes: 0 };
    for (const [lockId] of touched) {
      const one = tallies.get(this.#gateway.locks.get(lockId)?.via ?? "");
      tally.roundTrips += one?.roundTrips ?? 0;
      tally.bytes += one?.bytes ?? 0;
    }
    return { draftedMs, locks: touched.length, tally, differences };
  }

  #lockIds(): string[] {
    return this.#gateway.locks.list().map(({ lockId }) => lockId);
  }

  async #untilInStep(): Promise<void> {
    const untilMs = this.#clock.monotonicMs() + PATIENCE_MS;
    do {
      await this.#clock.advanceAsync(STEP_MS);
      assert(this.#clock.monotonicMs() < untilMs, "the locks do not come into step");
    } while (!this.#isInStep());
  }

  #isInStep(): boolean {
    const locks = this.#gateway.locks.list();
    return (
      locks.length === this.#load.locks &&
      locks.every(({ lockId, reported }) => {
        const epoch = this.#rosters.wantedEpoch(lockId);
        const isIdle = this.#gateway.services.sync.status(lockId)?.reason === "in-step";
        return epoch > 0 && reported?.epoch === epoch && isIdle;
      })
    );
  }
}
