import { Secret } from "../../../../crypto/secret.ts";
import { deterministicSuite } from "../../../../crypto/testing/deterministic-suite.ts";
import { type GrantClaims, Right, signGrant } from "../../../../protocol/documents/grant.ts";
import { Action, type OrderClaims } from "../../../../protocol/documents/order.ts";
import { type RosterClaims, rosterDigest } from "../../../../protocol/documents/roster.ts";
import { auxOf, NO_AUX } from "../../../../protocol/log/aux.ts";
import { type LogRecord, NO_SLOT, RecordType } from "../../../../protocol/log/record.ts";
import type { Happening } from "../../happening.ts";
import { OrderBook } from "../../oracle/order-book.ts";
import { Truth } from "../../oracle/truth.ts";
import type { Invariant } from "../invariant.ts";

export const LOCK_ID = new Uint8Array(8).fill(7);
export const GRANT_ID = new Uint8Array(8).fill(9);
export const GRANT = "09".repeat(8);
export const CHALLENGE = new Uint8Array(8).fill(5);
/** Thursday 2027-01-07, midnight UTC. */
export const THURSDAY = 1_799_280_000;

const issuerKey = new Secret(new Uint8Array(32).fill(1));
const bearerKey = deterministicSuite.p256PublicKey(new Secret(new Uint8Array(32).fill(2)));

/** One lock under the eyes of one invariant, and the words for what happens to it. */
export class Scene {
  readonly orders = new OrderBook();
  readonly truth: Truth;
  readonly #invariant: (scene: Scene) => Invariant;
  #table: Uint8Array[] = [];
  #watching: Invariant | undefined;
  #seq = 0;

  constructor(invariant: (scene: Scene) => Invariant) {
    this.#invariant = invariant;
    this.truth = new Truth(
      () => this.#table,
      () => 0,
    );
  }

  see(happening: Happening, atMs = 0): string | undefined {
    this.#watching ??= this.#invariant(this);
    const wrongTable = this.truth.see(happening);
    this.orders.see(happening);
    return wrongTable ?? this.#watching.see(happening, atMs);
  }

  record(type: RecordType, fields: Partial<LogRecord> = {}, { atMs = 0, generation = 0 } = {}): string | undefined {
    const record: LogRecord = {
      seq: ++this.#seq,
      time: THURSDAY + 43_200,
      type,
      slot: NO_SLOT,
      result: 0,
      flags: 0,
      n: 0,
      ref: new Uint8Array(8),
      aux: NO_AUX,
      h: new Uint8Array(16).fill(this.#seq),
      ...fields,
    };
    return this.see({ kind: "record", lock: 0, generation, record, bytes: new Uint8Array(48) }, atMs);
  }

  /** The issuer puts one grant into the lock's table. */
  commit(claims: Partial<GrantClaims> = {}, roster: Partial<RosterClaims> = {}, epoch = 1): string | undefined {
    const document = signGrant(deterministicSuite, issuerKey, {
      subject: new Uint8Array(8).fill(3),
      audience: [LOCK_ID],
      expires: THURSDAY + 30 * 86_400,
      issuedAt: THURSDAY,
      id: GRANT_ID,
      bearerKey,
      credentials: [{ kind: "key" }, { kind: "tag", uid: new Uint8Array(7).fill(4) }],
      rights: Right.unlock,
      ...claims,
    });
    this.#table = [document];
    const digest = rosterDigest(deterministicSuite, this.#table);
    const signed = { ...EMPTY_ROSTER, count: 1, digest, epoch, ...roster };
    return (
      this.see({ kind: "roster-signed", site: 0, claims: signed }) ??
      this.record(RecordType.rosterCommitted, { aux: auxOf({ value: epoch }) })
    );
  }

  /** A bearer signs an order, and the lock writes an INTENT for it. */
  order(claims: Partial<OrderClaims> = {}): string | undefined {
    this.see({ kind: "order-signed", lock: 0, by: "operator", claims: { ...ORDER, ...claims } });
    return this.intent();
  }

  intent(fields: Partial<LogRecord> = {}, atMs = 0): string | undefined {
    const intent = { slot: 0, result: Action.unlock, ref: CHALLENGE, aux: GRANT_ID, ...fields };
    return this.record(RecordType.intent, intent, { atMs });
  }

  /** Somebody opens at the door; nothing was shown if `atMs` is long after. */
  openAtDoor(atMs: number): string | undefined {
    return this.intent({ slot: NO_SLOT, ref: new Uint8Array(8) }, atMs);
  }
}

export const ORDER: OrderClaims = {
  lockId: LOCK_ID,
  challenge: CHALLENGE,
  action: Action.unlock,
  grantId: GRANT_ID,
  notAfter: THURSDAY + 86_400,
};

const EMPTY_ROSTER: RosterClaims = {
  lockId: LOCK_ID,
  generation: 0,
  epoch: 1,
  issuedAt: THURSDAY,
  staleAfter: 0,
  count: 0,
  digest: new Uint8Array(32),
  carriedFrom: 0,
  denied: [],
  settings: {},
};
