import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { opensslSuite } from "../../crypto/openssl.ts";
import type { BackendAnswer } from "../../gateway/uplink/backend-answer.ts";
import type { CloudEvent } from "../../gateway/uplink/cloud-event.ts";
import { type Uplink, UplinkError } from "../../gateway/uplink/uplink.ts";
import { readLockEvent } from "../backend/lock-event.ts";
import { LockHistory } from "../backend/lock-history.ts";
import { Joint } from "../link/testing/joint.ts";

/** What may happen while a record is on its way, as protocol/formal/delivery.pml tells it. */
export type DeliveryTrouble =
  /** Of the next batch: it is lost, its receipt is, or the receipt is for more than was ever sent. */
  | { kind: "upload"; fate: "lost" | "receipt-lost" | "lies" }
  /** The gateway, when the next batch is on its way, or its receipt. */
  | { kind: "kill"; at: "upload" | "receipt" }
  /** The gateway, after so many frames to the lock: between pull, commit and acknowledgement. */
  | { kind: "kill-at-frame"; frame: number }
  /** The lock's power, at its so many-th flash operation. */
  | { kind: "cut"; operation: number }
  | { kind: "put-back" };

type Fate = "taken" | Extract<DeliveryTrouble, { kind: "upload" }>["fate"] | "killed-before" | "killed-after";

const GENERATION = 0;
const STEP_MS = 1_000;
/** A backend that was not believed, or not reached, is asked again within that. */
const HEALS_MS = 600_000;
const BEYOND = 1_000;

/** The real gateway and the real firmware, and a backend that verifies all it gets and may do as it likes: the world of delivery.pml. */
export class DeliveryWorld {
  readonly #joint: Joint;
  #history: LockHistory | undefined;
  #fate: Fate = "taken";
  #kills = 0;

  private constructor(t: TestContext) {
    const uplink: Uplink = {
      name: "the backend",
      hasLanes: false,
      deliver: (batch) => this.#deliver(batch),
      close: async () => {},
    };
    this.#joint = new Joint(t, { seed: 1, suite: opensslSuite, uplink });
  }

  /** Paired, in step, everything delivered, with a backup of that. */
  static async paired(t: TestContext): Promise<DeliveryWorld> {
    const world = new DeliveryWorld(t);
    const joint = world.#joint;
    const { sigKey } = joint.lock.firmware!.inside.identity;
    world.#history = new LockHistory(opensslSuite, joint.lockId, opensslSuite.p256PublicKey(sigKey));
    assert.equal((await joint.pair()).state, "done");
    await joint.untilInStep();
    await joint.backUp();
    await joint.untilInStep();
    return world;
  }

  /** Something is recorded, and the trouble comes on its way. */
  async take(trouble: DeliveryTrouble): Promise<void> {
    const { lock, transport } = this.#joint;
    const killsBefore = this.#kills;
    switch (trouble.kind) {
      case "upload":
        this.#fate = trouble.fate;
        break;
      case "kill":
        this.#fate = trouble.at === "upload" ? "killed-before" : "killed-after";
        break;
      case "kill-at-frame": {
        const last = transport.requests.length + trouble.frame;
        transport.fate = () => {
          if (transport.requests.length === last) this.#kill();
          return "pass";
        };
        break;
      }
      case "cut":
        lock.hardware.flash.powerCutAtOperation(trouble.operation);
        break;
      case "put-back":
        await this.#joint.restoreBackup();
        break;
    }
    lock.turnThumb("drawn");
    lock.turnThumb("thrown");
    switch (trouble.kind) {
      case "upload":
        await this.#until("uploaded", () => this.#fate === "taken");
        break;
      case "kill":
      case "kill-at-frame":
        await this.#until("killed", () => this.#kills > killsBefore);
        break;
      case "cut":
        await this.#until("without power", () => lock.firmware === undefined);
        lock.powerOn();
        break;
      case "put-back":
        break;
    }
    this.#check();
  }

  async #until(what: string, isSo: () => boolean): Promise<void> {
    const untilMs = this.#joint.clock.monotonicMs() + HEALS_MS;
    while (!isSo()) {
      assert(this.#joint.clock.monotonicMs() < untilMs, `not ${what} after ${HEALS_MS} ms`);
      await this.#joint.clock.advanceAsync(STEP_MS);
    }
  }

  /** With all well again, every record of the lock is with the backend, in order and without a gap, and the lock knows. */
  async expectDelivered(): Promise<void> {
    this.#fate = "taken";
    this.#joint.transport.fate = () => "pass";
    await this.#until("delivered", () => this.#receiptedThrough === this.#seq);
    const [log] = this.#history!.generations();
    assert.deepEqual([log?.durableThrough, log?.gaps], [this.#seq, []]);
  }

  async #deliver(batch: readonly CloudEvent[]): Promise<BackendAnswer> {
    const fate = this.#fate;
    this.#fate = "taken";
    this.#check();
    switch (fate) {
      case "lost":
        throw new UplinkError("unreachable", "the batch is lost");
      case "killed-before":
        return this.#never();
      case "taken":
        return this.#receive(batch, 0);
      case "lies":
        return this.#receive(batch, BEYOND);
      case "receipt-lost":
        this.#receive(batch, 0);
        throw new UplinkError("unreachable", "the receipt is lost");
      case "killed-after":
        this.#receive(batch, 0);
        return this.#never();
    }
  }

  /** Throws what no backend may take: a record that was altered, or out of order. */
  #receive(batch: readonly CloudEvent[], beyond: number): BackendAnswer {
    const history = this.#history!;
    for (const event of batch) history.accept(readLockEvent(event));
    const seq = history.durableThrough(GENERATION) + beyond;
    return { durableThrough: [{ lockId: this.#joint.lockId, generation: GENERATION, seq }] };
  }

  /** To a gateway that dies while it waits. */
  #never(): Promise<never> {
    this.#kill();
    return new Promise(() => {});
  }

  #kill(): void {
    this.#joint.transport.fate = () => "pass";
    this.#joint.clock.schedule(0, () => {
      this.#kills++;
      this.#joint.killGateway();
    });
  }

  /** The lock may forget only what the backend has. */
  #check(): void {
    if (!this.#joint.lock.firmware) return;
    const durable = this.#history!.durableThrough(GENERATION);
    assert(this.#receiptedThrough <= durable, `the lock may forget ${this.#receiptedThrough} of ${durable}`);
  }

  get #receiptedThrough(): number {
    return this.#joint.lock.firmware!.inside.store.acknowledged(GENERATION);
  }

  get #seq(): number {
    return this.#joint.lock.firmware!.inside.store.position.seq;
  }
}
