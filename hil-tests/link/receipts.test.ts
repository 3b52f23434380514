import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { opensslSuite } from "../../crypto/openssl.ts";
import { DEFAULT_STORE } from "../../gateway/config.ts";
import type { BackendAnswer } from "../../gateway/uplink/backend-answer.ts";
import type { CloudEvent } from "../../gateway/uplink/cloud-event.ts";
import { type Downlink, UplinkError } from "../../gateway/uplink/uplink.ts";
import { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { Backend } from "../backend/backend.ts";
import { EventStore } from "../backend/event-store.ts";
import { Joint } from "./testing/joint.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** A gateway, a lock and the backend that verifies, with a way between them that does to answers what a test wants. */
class Way {
  readonly joint: Joint;
  readonly backend: Backend;
  downlink!: Downlink;
  /** What becomes of an answer on its way to the gateway. */
  carry: (answer: BackendAnswer) => BackendAnswer | Promise<BackendAnswer> = (answer) => answer;
  /** Ids of all that was sent, again and again. */
  readonly sent: string[] = [];

  constructor(t: TestContext) {
    const folder = mkdtempSync(join(tmpdir(), "portvakt-receipts-"));
    const store = new EventStore(opensslSuite, join(folder, "events.jsonl"));
    this.backend = new Backend({ store, random: new SeededRandom(1) });
    const uplink = {
      name: "the backend",
      hasLanes: false,
      start: async (downlink: Downlink) => {
        this.downlink = downlink;
      },
      deliver: async (batch: readonly CloudEvent[]) => {
        this.sent.push(...batch.map(({ id }) => id));
        return this.carry(this.backend.receive(batch));
      },
      close: async () => {},
    };
    this.joint = new Joint(t, { seed: 1, suite: opensslSuite, uplink, store: { ...DEFAULT_STORE, keepDays: 1 / 24 } });
    t.after(() => {
      store.close();
      rmSync(folder, { recursive: true });
    });
  }

  static async paired(t: TestContext): Promise<Way> {
    const way = new Way(t);
    const { lock, lockId } = way.joint;
    way.backend.store.register(lockId, opensslSuite.p256PublicKey(lock.firmware!.inside.identity.sigKey));
    assert.equal((await way.joint.pair()).state, "done");
    await way.joint.untilInStep();
    return way;
  }

  get lastSeq(): number {
    return this.joint.lock.firmware!.inside.store.position.seq;
  }

  /** Through which record the lock may forget. */
  get receipted(): number {
    const { store, generation } = this.joint.lock.firmware!.inside;
    return store.acknowledged(generation);
  }

  get lies(): number {
    return this.joint.gateway.services.uplink.lies;
  }

  async unlock(times = 1): Promise<void> {
    for (let i = 0; i < times; i++) assert.equal((await this.joint.unlock()).kind, "done");
  }

  /** Everything is at the backend, once and in order, with the gaps that it was told of, and the lock knows. */
  assertWhole(gaps: { fromSeq: number; toSeq: number }[] = []): void {
    const [history] = this.backend.store.history(this.joint.lockId)!;
    const missing = new Set(
      gaps.flatMap(({ fromSeq, toSeq }) => Array.from({ length: toSeq - fromSeq + 1 }, (_, i) => fromSeq + i)),
    );
    const all = Array.from({ length: this.lastSeq }, (_, i) => i + 1);
    assert.deepEqual(
      history!.records.map(({ seq }) => seq),
      all.filter((seq) => !missing.has(seq)),
    );
    assert.equal(history!.signedThrough, this.lastSeq);
    assert.equal(this.receipted, this.lastSeq);
  }
}

test("a gateway that dies between a receipt and its mark sends again what the backend has, and nothing is doubled", async (t) => {
  const way = await Way.paired(t);
  way.carry = () => {
    way.carry = (answer) => answer;
    way.joint.killGateway();
    return new Promise(() => {});
  };
  await way.unlock();
  await way.joint.clock.advanceAsync(MINUTE_MS);
  assert(new Set(way.sent).size < way.sent.length, "nothing was sent again");
  way.assertWhole();
});

test("a receipt that is lost costs a repeat", async (t) => {
  const way = await Way.paired(t);
  let lost = 3;
  way.carry = (answer) => {
    if (lost-- > 0) throw new UplinkError("unreachable", "no answer in time");
    return answer;
  };
  await way.unlock();
  await way.joint.clock.advanceAsync(5 * MINUTE_MS);
  way.assertWhole();
  assert.equal(way.lies, 0);
});

test("receipts that come late, twice and in the wrong order do the same as in time", async (t) => {
  const way = await Way.paired(t);
  const late: BackendAnswer[] = [];
  way.carry = (answer) => {
    late.push(answer);
    throw new UplinkError("unreachable", "no answer in time");
  };
  await way.unlock(3);
  await way.joint.clock.advanceAsync(MINUTE_MS);
  for (const answer of [...late, ...late].reverse()) way.downlink.answer(answer);
  way.carry = (answer) => answer;
  await way.joint.clock.advanceAsync(5 * MINUTE_MS);
  way.assertWhole();
  assert.equal(way.lies, 0);
});

test("a receipt for another lock moves nothing and is counted", async (t) => {
  const way = await Way.paired(t);
  const before = way.receipted;
  way.carry = ({ durableThrough = [] }) => ({
    durableThrough: durableThrough.map((place) => ({ ...place, lockId: "00000000000000ff" })),
  });
  await way.unlock();
  await way.joint.clock.advanceAsync(MINUTE_MS);
  assert.equal(way.receipted, before);
  assert(way.lies > 0);
  way.carry = (answer) => answer;
  await way.joint.clock.advanceAsync(10 * MINUTE_MS);
  way.assertWhole();
});

test("a backend that lost something gets it again, in order, and the chain holds", async (t) => {
  const way = await Way.paired(t);
  await way.unlock(3);
  await way.joint.clock.advanceAsync(MINUTE_MS);
  const lockId = way.joint.lockId;
  way.backend.loseAfter({ lockId, generation: 0, seq: 4 });
  way.downlink.answer(way.backend.pending([lockId]));
  await way.joint.clock.advanceAsync(MINUTE_MS);
  way.assertWhole();
  assert.equal(way.lies, 0);
});

test("a backend that lost more than is kept gets the rest, and is told what it will never get", async (t) => {
  const way = await Way.paired(t);
  await way.unlock(3);
  await way.joint.clock.advanceAsync(MINUTE_MS);
  const gone = way.lastSeq - 1;
  await way.joint.clock.advanceAsync(3 * HOUR_MS);
  await way.unlock();
  await way.joint.clock.advanceAsync(MINUTE_MS);
  const { lockId } = way.joint;
  way.backend.loseAfter({ lockId, generation: 0, seq: 2 });
  way.downlink.answer(way.backend.pending([lockId]));
  await way.joint.clock.advanceAsync(5 * MINUTE_MS);
  way.assertWhole([{ fromSeq: 3, toSeq: gone }]);
  assert.equal(way.lies, 0);
});

test("the backend has the lock sign over its own nonce", async (t) => {
  const way = await Way.paired(t);
  const nonce = way.backend.wantHead(way.joint.lockId);
  way.downlink.answer(way.backend.pending([way.joint.lockId]));
  await way.joint.clock.advanceAsync(MINUTE_MS);
  assert(
    way.backend.store
      .lock(way.joint.lockId)!
      .askedHeads()
      .some((head) => head.nonce === nonce),
  );
  assert.deepEqual(way.backend.pending([way.joint.lockId]), {});
});
