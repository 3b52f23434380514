import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { opensslSuite } from "../../../crypto/openssl.ts";
import { KeyFileError } from "../../../gateway/issuer/key-file.ts";
import { OPERATOR_GRANT_ID } from "../../../gateway/rights/operator-grant.ts";
import { StoreError } from "../../../gateway/store/store-error.ts";
import type { Uplink } from "../../../gateway/uplink/uplink.ts";
import { SeededRandom } from "../../../protocol/testing/seeded-random.ts";
import { toHex } from "../../../protocol/wire/bytes.ts";
import { Backend } from "../../backend/backend.ts";
import { EventStore } from "../../backend/event-store.ts";
import { auditCounters } from "../../link/testing/counter-audit.ts";
import { Joint } from "../../link/testing/joint.ts";
import { UnlockLedger } from "../../link/testing/unlock-ledger.ts";

/** A bearer's key: any point on the curve will do, here the base point (SEC 2 §2.4.2). */
const BEARER_KEY = "036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296";
const PAIRINGS_MAX = 4;
const QUIET_MS = 600_000;

/** The disk of a gateway whose day this is. */
export interface FailingDisk {
  /** From now on, or from some change on, things go wrong. */
  begin(): void;
  /** The disk is good again. */
  mend(): void;
}

export interface DayFigures {
  /** Requests, and starts, that ended with a sentence about the disk. */
  refusals: number;
}

/**
 * A gateway and a lock live through a day with a disk that fails: the first start, a pairing, grants, unlockings, a revocation, a
 * restart, events on their way. Fails unless the door opened whenever it was asked to, and everything that was promised
 * holds after the disk has been mended and the gateway was killed.
 */
export class FailingDay {
  readonly #folder: string;
  readonly #disk: FailingDisk;
  readonly #events: EventStore;
  readonly #cleanups: (() => unknown)[] = [];
  readonly #granted = new Set<string>();
  readonly #revoked = new Set<string>();
  #joint!: Joint;
  #ledger!: UnlockLedger;
  #isPaired = false;
  #refusals = 0;

  /** `folder` is the data directory, made here; `eventsFile` is the receiver's, on a good disk. */
  constructor(folder: string, eventsFile: string, disk: FailingDisk) {
    mkdirSync(folder, { mode: 0o700 });
    this.#folder = folder;
    this.#disk = disk;
    this.#events = new EventStore(opensslSuite, eventsFile);
  }

  async live(): Promise<DayFigures> {
    try {
      this.#disk.begin();
      if (!(await this.#try(async () => this.#start()))) {
        this.#disk.mend();
        this.#start();
      }
      await this.#badDay();
      this.#disk.mend();
      await this.#goodDay();
      return { refusals: this.#refusals };
    } finally {
      this.#disk.mend();
      for (const clean of this.#cleanups) await clean();
      this.#events.close();
    }
  }

  #start(): void {
    const t = { after: (clean: () => unknown) => void this.#cleanups.push(clean) };
    const backend = new Backend({ store: this.#events, random: new SeededRandom(1) });
    const uplink: Uplink = {
      name: "the receiver",
      hasLanes: false,
      deliver: async (batch) => backend.receive(batch),
      close: async () => {},
    };
    this.#joint = new Joint(t, { seed: 1, suite: opensslSuite, uplink, folder: this.#folder });
    this.#ledger = new UnlockLedger(this.#joint);
    const { identity } = this.#joint.lock.firmware!.inside;
    this.#events.register(this.#joint.lockId, opensslSuite.p256PublicKey(identity.sigKey));
  }

  async #badDay(): Promise<void> {
    await this.#pair();
    await this.#grant();
    await this.#unlock();
    await this.#grant();
    await this.#revoke();
    if (!(await this.#try(() => this.#joint.restartGateway()))) {
      this.#disk.mend();
      this.#joint.killGateway();
    }
    await this.#unlock();
    await this.#joint.clock.advanceAsync(QUIET_MS);
    await this.#unlock();
  }

  /** The disk takes everything again: the gateway first goes on as it is, then it is killed and starts. */
  async #goodDay(): Promise<void> {
    for (let tries = 0; !this.#isPaired; tries++) {
      assert(tries < PAIRINGS_MAX, "with a good disk it still does not pair");
      await this.#pair();
    }
    await this.#grant();
    await this.#unlock();
    this.#joint.killGateway();
    await this.#unlock();
    await this.#joint.untilInStep();
    this.#checkAll();
  }

  async #pair(): Promise<void> {
    await this.#try(async () => {
      this.#isPaired = (await this.#joint.pair()).state === "done";
    });
  }

  async #grant(): Promise<void> {
    const { lockId, gateway } = this.#joint;
    const request = { locks: [lockId], rights: ["unlock" as const], until: "2027-12-31T00:00:00Z" };
    const key = { kind: "key" as const, publicKey: BEARER_KEY };
    if (!this.#isPaired) return;
    await this.#try(async () => {
      const { row } = await this.#joint.run(gateway.grants.add({ ...request, with: [key] }));
      this.#granted.add(row.id);
    });
  }

  async #revoke(): Promise<void> {
    const [id] = this.#granted;
    if (id === undefined) return;
    await this.#try(async () => {
      await this.#joint.run(this.#joint.gateway.grants.revoke(id));
      this.#granted.delete(id);
      this.#revoked.add(id);
    });
  }

  /** The door opens whatever the disk does. */
  async #unlock(): Promise<void> {
    if (!this.#isPaired) return;
    const outcome = await this.#ledger.unlock();
    assert.equal(outcome.kind, "done", `the door was not opened: ${JSON.stringify(outcome)}`);
  }

  /** Whether it worked; that the disk failed is no mistake, and a sentence says so. */
  async #try(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof StoreError || error instanceof KeyFileError)) throw error;
      this.#refusals++;
      return false;
    }
  }

  #checkAll(): void {
    const { gateway, lock, lockId, transport } = this.#joint;
    assert.equal(this.#joint.sentence(), "In step.");
    auditCounters(transport.requests);
    const { store, table, generation } = lock.firmware!.inside;
    const history = this.#events.history(lockId)?.at(-1);
    // A gateway whose disk was full may have given up what the receiver has.
    this.#ledger.check(history?.records);
    assert.deepEqual(history?.gaps, [], "events were lost");
    assert.equal(history?.signedThrough, store.position.seq, "the receiver has not all events");
    assert.equal(store.acknowledged(generation), store.position.seq, "the lock was not told of all receipts");
    const ids = [...(table.active?.entries() ?? [])]
      .map(({ cti }) => toHex(cti))
      .filter((id) => id !== OPERATOR_GRANT_ID);
    for (const id of this.#granted) assert(ids.includes(id), `grant ${id} was promised and is not there`);
    for (const id of this.#revoked) assert(!ids.includes(id), `grant ${id} was revoked and is there`);
    assert.equal(gateway.locks.list().length, 1);
  }
}
