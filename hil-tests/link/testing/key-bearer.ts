import { opensslSuite } from "../../../crypto/openssl.ts";
import { Action } from "../../../protocol/documents/order.ts";
import { fromHex, toHex } from "../../../protocol/wire/bytes.ts";
import type { Reason } from "../../../protocol/wire/reason.ts";
import { giveOrder } from "../../phone/give-order.ts";
import { PassSession } from "../../phone/pass-session.ts";
import { DoorCarrier } from "../../phone/testing/door-carrier.ts";
import type { Joint } from "./joint.ts";

/** Who goes to a paired lock with a key of their own, and the grant on a phone. */
export class KeyBearer {
  /** 66 hex digits. */
  readonly publicKey: string;
  readonly #joint: Joint;
  readonly #sigPk: Uint8Array;
  readonly #key;

  constructor(joint: Joint) {
    this.#joint = joint;
    const lock = joint.gateway.locks.get(joint.lockId);
    if (!lock) throw new RangeError("the lock is not paired");
    this.#sigPk = lock.sigPk;
    this.#key = opensslSuite.p256PrivateKey((length) => joint.random.bytes(length));
    this.publicKey = toHex(opensslSuite.p256PublicKey(this.#key));
  }

  /** How an order to unlock ends that shows this grant at the door; the bolt is thrown again then. */
  async opensWith(grant: Uint8Array): Promise<"done" | "unknown" | Reason> {
    const { clock, random, lock, lockId } = this.#joint;
    // The lock answers so many strangers at a time.
    await clock.advanceAsync(2_000);
    const phone = { suite: opensslSuite, random, clock };
    const carrier = new DoorCarrier(lock, clock);
    const session = await PassSession.open(phone, carrier, { lockId: fromHex(lockId), sigPk: this.#sigPk });
    const outcome = await giveOrder(phone, session, { key: this.#key, grant }, Action.unlock);
    await carrier.close();
    if (outcome.kind === "done") await clock.advanceAsync(30_000);
    return outcome.kind === "refused" ? outcome.reason : outcome.kind;
  }
}
