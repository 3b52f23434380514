import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { opensslSuite } from "../../crypto/openssl.ts";
import { Joint, VIA } from "../link/testing/joint.ts";
import type { Fate } from "../link/testing/memory-transport.ts";

/** What may go wrong between a gateway and a lock, as protocol/formal/link.pml tells it. */
export const LINK_TROUBLES = [
  "lose-request",
  "lose-reply",
  "lock-forgets-rms",
  "gateway-killed",
  "put-back",
  "repeat",
] as const;
export type LinkTrouble = (typeof LINK_TROUBLES)[number];

const O1 = 0x15;
const S1 = 0x19;
const OFF_MS = 1_000;
const RECOVERS_MS = 60_000;
const CALM_MS = 2_000;

/** The real gateway and the real firmware, which never get a rest: the world of link.pml. */
export class LinkWorld {
  readonly #joint: Joint;

  private constructor(joint: Joint) {
    this.#joint = joint;
  }

  /** Paired and in step, with a backup of that. */
  static async paired(t: TestContext): Promise<LinkWorld> {
    const joint = new Joint(t, { seed: 1, suite: opensslSuite });
    assert.equal((await joint.pair()).state, "done");
    await joint.untilInStep();
    await joint.backUp();
    await joint.untilInStep();
    return new LinkWorld(joint);
  }

  /** The trouble, and a command in the midst of it, whatever becomes of that. */
  async take(trouble: LinkTrouble): Promise<void> {
    const { lock, transport } = this.#joint;
    await transport.hangUp();
    switch (trouble) {
      case "lose-request":
      case "lose-reply":
        this.#loseNext(trouble);
        break;
      case "lock-forgets-rms":
        // Sessions end with the power, and an RMS ends at a boot before which the clock had stopped: nobody knows how old it is.
        lock.hardware.rtc.lose();
        lock.powerCycle(OFF_MS);
        break;
      case "gateway-killed":
        this.#joint.killGateway();
        break;
      case "put-back":
        await this.#joint.restoreBackup();
        break;
      case "repeat":
        await this.#repeatLast();
        break;
    }
    await this.#joint.unlock();
  }

  /** In the end the gateway's command is answered to an S1, on a new connection, and nothing else is needed. */
  async expectResumed(): Promise<void> {
    const untilMs = this.#joint.clock.monotonicMs() + RECOVERS_MS;
    while (!(await this.#isResumed())) {
      assert(this.#joint.clock.monotonicMs() < untilMs, "gateway and lock do not come back to RESUME");
    }
  }

  async #isResumed(): Promise<boolean> {
    const { clock, transport } = this.#joint;
    // What the last unlock has set going comes to its end: to cut that off would be one trouble more.
    await clock.advanceAsync(CALM_MS);
    await transport.hangUp();
    const before = transport.requests.length;
    const { kind } = await this.#joint.unlock();
    const types = transport.requests.slice(before).map((frame) => frame[0]);
    return kind === "done" && types[0] === S1 && !types.includes(O1);
  }

  #loseNext(fate: Fate): void {
    const { transport } = this.#joint;
    transport.fate = () => {
      transport.fate = () => "pass";
      return fate;
    };
  }

  /** By somebody who heard it, on a connection of his own. */
  async #repeatLast(): Promise<void> {
    const { transport } = this.#joint;
    const heard = transport.requests.findLast(([type]) => type === O1 || type === S1)!;
    const channel = await transport.open(VIA);
    await this.#joint.run(channel.request(heard, { deadlineMs: 1_000, urgency: "sync" }).catch(() => undefined));
    await channel.close();
  }
}
