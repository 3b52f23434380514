import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { opensslSuite } from "../../crypto/openssl.ts";
import type { BackendAnswer, LogPlace } from "../../gateway/uplink/backend-answer.ts";
import type { CloudEvent } from "../../gateway/uplink/cloud-event.ts";
import { type Uplink, UplinkError } from "../../gateway/uplink/uplink.ts";
import { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { Backend } from "../backend/backend.ts";
import { EventStore } from "../backend/event-store.ts";
import { Joint } from "./testing/joint.ts";

const HOUR_MS = 3_600_000;

/** How the receiver behaves: takes everything, answers 500, or hands on its receipts after changing them. */
type Manners = "good" | "fails" | ((receipt: LogPlace) => LogPlace);

/** Gateway, lock and a receiver that verifies, in one virtual time; paired and in step. */
class Delivery {
  readonly joint: Joint;
  readonly events: EventStore;
  readonly #backend: Backend;
  manners: Manners = "good";
  tries = 0;

  constructor(t: TestContext) {
    const folder = mkdtempSync(join(tmpdir(), "portvakt-delivery-"));
    this.events = new EventStore(opensslSuite, join(folder, "events.jsonl"));
    this.#backend = new Backend({ store: this.events, random: new SeededRandom(1) });
    const uplink: Uplink = {
      name: "the receiver",
      hasLanes: false,
      deliver: async (batch) => this.#deliver(batch),
      close: async () => {},
    };
    this.joint = new Joint(t, { seed: 1, suite: opensslSuite, uplink });
    t.after(() => {
      this.events.close();
      rmSync(folder, { recursive: true });
    });
  }

  async pair(): Promise<void> {
    const { identity } = this.joint.lock.firmware!.inside;
    this.events.register(this.joint.lockId, opensslSuite.p256PublicKey(identity.sigKey));
    assert.equal((await this.joint.pair()).state, "done");
    await this.joint.untilInStep();
  }

  /** Last record of the lock, and how far it may forget. */
  get lockLog(): { seq: number; receiptedThrough: number } {
    const { store, generation } = this.joint.lock.firmware!.inside;
    return { seq: store.position.seq, receiptedThrough: store.acknowledged(generation) };
  }

  /** Every record has arrived, in order, and the lock knows. */
  assertDelivered(): void {
    const { seq, receiptedThrough } = this.lockLog;
    const [history] = this.events.history(this.joint.lockId)!;
    assert.deepEqual(
      history!.records.map((record) => record.seq),
      Array.from({ length: seq }, (_, i) => i + 1),
    );
    assert.equal(history!.signedThrough, seq);
    assert.equal(receiptedThrough, seq);
  }

  #deliver(batch: readonly CloudEvent[]): BackendAnswer {
    this.tries++;
    if (this.manners === "fails") throw new UplinkError("unreachable", "the receiver answers 500");
    const { durableThrough = [] } = this.#backend.receive(batch);
    return { durableThrough: this.manners === "good" ? durableThrough : durableThrough.map(this.manners) };
  }
}

test("a receiver that answers 500 for an hour loses nothing and gets nothing twice", async (t) => {
  const delivery = new Delivery(t);
  const { joint } = delivery;
  await delivery.pair();
  const { receiptedThrough } = delivery.lockLog;
  delivery.manners = "fails";
  delivery.tries = 0;
  assert.equal((await joint.unlock()).kind, "done");
  await joint.clock.advanceAsync(HOUR_MS);
  assert.match(joint.sentence() ?? "", /In step\. .*the receiver answers 500/);
  assert.equal(delivery.lockLog.receiptedThrough, receiptedThrough);
  assert.ok(delivery.tries < 40, `${delivery.tries} tries in an hour`);
  delivery.manners = "good";
  await joint.clock.advanceAsync(HOUR_MS / 10);
  assert.equal(joint.sentence(), "In step.");
  delivery.assertDelivered();
});

test("a receiver that claims more than it was sent is not believed, and the lock forgets nothing", async (t) => {
  const delivery = new Delivery(t);
  const { joint } = delivery;
  await delivery.pair();
  const { receiptedThrough } = delivery.lockLog;
  delivery.manners = (receipt) => ({ ...receipt, seq: receipt.seq + 1000 });
  assert.equal((await joint.unlock()).kind, "done");
  await joint.clock.advanceAsync(HOUR_MS);
  assert.match(joint.sentence() ?? "", /is not believed/);
  assert.equal(delivery.lockLog.receiptedThrough, receiptedThrough);
  delivery.manners = "good";
  await joint.clock.advanceAsync(HOUR_MS / 10);
  delivery.assertDelivered();
});

test("a receiver that takes back what it had said delays, and no more", async (t) => {
  const delivery = new Delivery(t);
  const { joint } = delivery;
  await delivery.pair();
  delivery.manners = (receipt) => ({ ...receipt, seq: 1 });
  assert.equal((await joint.unlock()).kind, "done");
  await joint.clock.advanceAsync(HOUR_MS);
  delivery.manners = "good";
  await joint.clock.advanceAsync(HOUR_MS / 10);
  delivery.assertDelivered();
});
