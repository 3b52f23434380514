import type { Secret } from "../../../crypto/secret.ts";
import { deterministicSuite } from "../../../crypto/testing/deterministic-suite.ts";
import { TransportError } from "../../../gateway/transport/channel.ts";
import { Action, signOrder } from "../../../protocol/documents/order.ts";
import { ProtocolError } from "../../../protocol/protocol-error.ts";
import { fromHex, toHex } from "../../../protocol/wire/bytes.ts";
import { PassSession } from "../../phone/pass-session.ts";
import type { Link } from "../carriers/link.ts";
import { RadioCarrier } from "../carriers/radio-carrier.ts";
import { again, ask, type Door } from "./person.ts";

const ORDER_LASTS_SECONDS = 60;
/** Of so many errands one is to get a new grant, one to give it back, and the others are to open the door. */
const ERRANDS = 40;
const [APPLIES, REVOKES] = [0, 1];
const HOUR_MS = 3_600_000;
const GRANT_LASTS_MS = 90 * 24 * HOUR_MS;

/** Somebody with a phone, whose grant goes with it to the door (PASS, protocol.md §5), after it has been revoked too. */
export class PhoneUser {
  readonly #door: Door;
  readonly #radio: Link;
  readonly #key: Secret;
  #grant: { id: Uint8Array; document: Uint8Array } | undefined;

  constructor(door: Door, radio: Link) {
    this.#door = door;
    this.#radio = radio;
    this.#key = deterministicSuite.p256PrivateKey((length) => door.chance.bytes(length));
  }

  attend(everyMs: number): void {
    const { chance } = this.#door;
    again(this.#door, everyMs, () => {
      const errand = this.#grant ? chance.below(ERRANDS) : APPLIES;
      if (errand === APPLIES) this.#apply();
      else if (errand === REVOKES) this.#revoke();
      else void this.#open();
    });
  }

  #apply(): void {
    const { lock, site } = this.#door;
    const publicKey = toHex(deterministicSuite.p256PublicKey(this.#key));
    const until = new Date(Math.max(0, site.clock.wallMs()) + GRANT_LASTS_MS).toISOString();
    const request = { locks: [lock.lockId], with: [{ kind: "key", publicKey } as const], until };
    ask(
      this.#door,
      ({ grants }) => grants.add({ ...request, rights: ["unlock", "lock"] }),
      ({ row }) => {
        this.#grant = { id: fromHex(row.id), document: row.document };
      },
    );
  }

  #revoke(): void {
    const { site, tell } = this.#door;
    const grant = toHex(this.#grant!.id);
    ask(
      this.#door,
      ({ grants }) => grants.revoke(grant),
      (isRevoked) => {
        if (isRevoked) tell({ kind: "grant-revoked", site: site.index, grant });
      },
    );
  }

  async #open(): Promise<void> {
    const { lock, chance, clock } = this.#door;
    const { id, document } = this.#grant!;
    let carrier: RadioCarrier | undefined;
    try {
      carrier = new RadioCarrier(this.#radio, clock);
      const parts = { suite: deterministicSuite, random: chance, clock };
      const known = { lockId: fromHex(lock.lockId), sigPk: lock.sigPk };
      const session = await PassSession.open(parts, carrier, known);
      const action = chance.happens(0.8) ? Action.unlock : Action.lock;
      const order = this.#order(session.challenge, action, id);
      await session.command({ name: "act", action, grant: document, order });
    } catch (error) {
      // The way is bad, or somebody is on it.
      if (!(error instanceof TransportError || error instanceof ProtocolError)) throw error;
    } finally {
      await carrier?.close();
    }
  }

  #order(challenge: Uint8Array, action: Action, grantId: Uint8Array): Uint8Array {
    const { lock, clock, tell } = this.#door;
    const notAfter = Math.floor(clock.wallMs() / 1_000) + ORDER_LASTS_SECONDS;
    const claims = { lockId: fromHex(lock.lockId), challenge, action, grantId, notAfter };
    tell({ kind: "order-signed", lock: lock.index, by: "phone", claims });
    return signOrder(deterministicSuite, this.#key, claims);
  }
}
