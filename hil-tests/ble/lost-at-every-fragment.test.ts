import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { decodeRecord, RecordType } from "../../protocol/log/record.ts";
import type { AirLock } from "./testing/air-lock.ts";
import { isFragment, withAttMtu } from "./testing/att.ts";
import { BleSite } from "./testing/ble-site.ts";

/** Longer than the link layer waits for a peer that has gone. */
const OUT_OF_RANGE_MS = 3_000;
/** So often at most a gateway makes a time token for a lock. */
const TOKEN_EVERY_MS = 3_600_000;
const IN_STEP_WITHIN_MS = 120_000;
/** So small that a roster, a grant and a reply with records take several fragments. */
const ATT_MTU = 200;

/** A lock that is in step, and to which something of every kind has to be carried, and from it, each time. */
class Errands {
  readonly #site: BleSite;
  readonly #lock: AirLock;
  #grantId: string | undefined;

  constructor(site: BleSite, lock: AirLock) {
    this.#site = site;
    this.#lock = lock;
  }

  static async begin(t: TestContext): Promise<Errands> {
    const site = new BleSite(t, { library: "@abandonware/noble", model: { advertisingIntervalMsMax: 1_000 } });
    const errands = new Errands(site, await site.addPairedLock());
    await errands.#untilInStep("after the pairing");
    return errands;
  }

  /**
   * A clock that needs the time, events to fetch and to acknowledge, a grant more and one less; at this fragment the lock goes out of
   * range for a while. Returns how many fragments there were.
   */
  async run(goesAt: number): Promise<number> {
    const { controller } = this.#lock;
    let fragments = 0;
    this.#site.meddle = (h4) => {
      if (isFragment(h4) && ++fragments === goesAt) {
        controller.packetLoss = 1;
        this.#site.clock.schedule(OUT_OF_RANGE_MS, () => {
          controller.packetLoss = 0;
        });
      }
      return [withAttMtu(h4, ATT_MTU)];
    };
    const { lock } = this.#lock;
    const epoch = this.#epoch();
    const timesSet = this.#logged(RecordType.timeSet);
    lock.powerOff();
    lock.hardware.rtc.lose();
    await this.#site.clock.advanceAsync(TOKEN_EVERY_MS);
    lock.powerOn();
    await this.#replaceGrant();
    await this.#untilInStep(`lost at fragment ${goesAt}`);
    assert(this.#epoch() > epoch);
    assert(this.#logged(RecordType.timeSet) > timesSet);
    return fragments;
  }

  /** What the lock logged is here, in order and once, and no roster was committed twice. */
  check(): void {
    const { gateway } = this.#site;
    const records = gateway.events
      .after(0, 100_000)
      .filter(({ kind }) => kind === "record")
      .map(({ payload }) => decodeRecord(payload));
    assert.deepEqual(
      records.map(({ seq }) => seq),
      Array.from({ length: this.#store.position.seq }, (_, i) => i + 1),
    );
    const epochs = records.filter(({ type }) => type === RecordType.rosterCommitted).map(({ aux }) => aux);
    assert.equal(new Set(epochs).size, epochs.length);
  }

  async #replaceGrant(): Promise<void> {
    const { grants } = this.#site.gateway;
    const { lockId } = this.#lock;
    const request = { locks: [lockId], rights: ["unlock" as const], with: [{ kind: "pin" as const }] };
    const { row } = await this.#site.run(grants.add({ ...request, until: "2027-12-31T00:00:00Z" }));
    if (this.#grantId) await this.#site.run(grants.revoke(this.#grantId));
    this.#grantId = row.id;
  }

  async #untilInStep(when: string): Promise<void> {
    const { clock } = this.#site;
    const limitMs = clock.monotonicMs() + IN_STEP_WITHIN_MS;
    while (!this.#isInStep()) {
      assert(clock.monotonicMs() < limitMs, `${when}: ${this.#site.sentence(this.#lock)}`);
      await clock.advanceAsync(500);
    }
  }

  #isInStep(): boolean {
    const { events, rosters } = this.#site.gateway;
    const { lockId } = this.#lock;
    const { seq } = this.#store.position;
    return (
      events.position(lockId)?.seq === seq &&
      events.ackedThrough(lockId, 0) === seq &&
      rosters.wantedEpoch(lockId) === this.#epoch() &&
      this.#site.sentence(this.#lock) === "In step."
    );
  }

  get #store() {
    return this.#lock.lock.firmware!.inside.store;
  }

  #epoch(): number {
    return this.#lock.lock.firmware!.inside.roster.claims?.epoch ?? 0;
  }

  #logged(wanted: RecordType): number {
    return [...this.#store.newestFirst()].filter(({ type }) => type === wanted).length;
  }
}

test("whichever fragment of roster, log, receipt or time the lock goes out of range at, all of it arrives, once", async (t) => {
  const errands = await Errands.begin(t);
  const fragments = await errands.run(Number.POSITIVE_INFINITY);
  assert(fragments > 20, `${fragments}`);
  for (let nth = 1; nth <= fragments; nth++) assert((await errands.run(nth)) >= nth);
  errands.check();
});
