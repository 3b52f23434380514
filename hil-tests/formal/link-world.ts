import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { opensslSuite } from "../../crypto/openssl.ts";
import { Joint, VIA } from "../link/testing/joint.ts";
import type { Fate } from "../link/testing/memory-transport.ts";

/** What may go wrong between a gateway and a lock, as protocol/formal/link.pml tells it. */
export const LINK_TROUBLES = [
  "lose-request",
  "lose-reply",
  "lock-reboots",
  "lock-forgets-rms",
  "gateway-killed",
  "put-back",
  "repeat",
] as const;
export type LinkTrouble = (typeof LINK_TROUBLES)[number];

const O1 = 0x15;
const S1 = 0x19;
const SECONDS_OFF_MS = 1_000;

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
      case "lock-reboots":
        lock.powerCycle(SECONDS_OFF_MS);
        break;
      case "lock-forgets-rms":
        // An RMS ends at a boot before which the clock had stopped: nobody knows how old it is.
        lock.hardware.rtc.lose();
        lock.powerCycle(SECONDS_OFF_MS);
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

  /** In the end the gateway's command is answered to an S1: once by whatever way they find each other, then by RESUME alone. */
  async expectResumed(): Promise<void> {
    const { transport } = this.#joint;
    await this.#joint.untilInStep();
    await transport.hangUp();
    assert.equal((await this.#joint.unlock()).kind, "done");
    await transport.hangUp();
    const before = transport.requests.length;
    assert.equal((await this.#joint.unlock()).kind, "done");
    const types = transport.requests.slice(before).map((frame) => frame[0]);
    assert.equal(types[0], S1, "the next session is resumed");
    assert(!types.includes(O1), "and nothing else was needed");
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
