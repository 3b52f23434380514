import type { Secret } from "../../../crypto/secret.ts";
import { deterministicSuite as suite } from "../../../crypto/testing/deterministic-suite.ts";
import { OPERATOR_GRANT_ID } from "../../../gateway/rights/operator-grant.ts";
import type { SlotRow } from "../../../gateway/store/lock-store.ts";
import { TransportError } from "../../../gateway/transport/channel.ts";
import type { Clock } from "../../../protocol/clock.ts";
import { keyId } from "../../../protocol/documents/cose-sign1.ts";
import { parseGrant } from "../../../protocol/documents/grant.ts";
import { Action, parseOrder, signOrder } from "../../../protocol/documents/order.ts";
import { signReceipt } from "../../../protocol/documents/receipt.ts";
import type { Caps } from "../../../protocol/session/caps.ts";
import { equalBytes, fromHex, toHex } from "../../../protocol/wire/bytes.ts";
import type { Command } from "../../../protocol/wire/commands.ts";
import type { Link } from "../carriers/link.ts";
import type { Chance } from "../chance.ts";
import type { Happening } from "../happening.ts";
import { Loot, type ReadTable } from "./loot.ts";
import { Raid } from "./raid.ts";

export interface StolenGatewayParts {
  clock: Clock;
  chance: Chance;
  readTable: ReadTable;
  /** The gateway's slot in a lock, as its disk has it. Undefined if the two are not paired, or the disk is not to be read now. */
  slotOf: (lock: number) => SlotRow | undefined;
  /** What everybody may know of a lock. */
  publicKeysOf: (lock: number) => { lockId: Uint8Array; issuer: Uint8Array; operator: Uint8Array };
}

const YEAR_SECONDS = 365 * 86_400;
const ORDER_LIVES_SECONDS = 60;

/**
 * Somebody with a copy of a gateway's disk: the keys of its slots and every document that went through it, but neither the issuer's
 * key nor a bearer's. protocol.md §0: a nuisance, not a break-in.
 */
export class StolenGateway {
  readonly #parts: StolenGatewayParts;
  readonly #loot: Loot;
  readonly #ownKey: Secret;

  constructor(parts: StolenGatewayParts) {
    this.#parts = parts;
    this.#loot = new Loot(parts.readTable);
    this.#ownKey = suite.p256PrivateKey((length) => parts.chance.bytes(length));
  }

  see(happening: Happening): void {
    this.#loot.see(happening);
  }

  /** Opens a session with the lock and tries everything in it. */
  strike(lock: number, link: Link): void {
    const { clock, chance, slotOf } = this.#parts;
    const slot = slotOf(lock);
    if (!slot) return;
    try {
      new Raid(link, clock, chance, slot, (caps) => this.#commandsFor(lock, caps));
    } catch (error) {
      // The lock may be off.
      if (!(error instanceof TransportError)) throw error;
    }
  }

  #commandsFor(lock: number, caps: Caps): Command[] {
    return [
      ...this.#repeatOrder(lock),
      act(this.#forgedOrder(lock, caps)),
      this.#lieAboutTime(),
      ...this.#repeatToken(lock),
      { name: "ackLog", receipt: this.#forgedReceipt(lock, caps) },
      ...this.#bringBackRoster(lock),
    ];
  }

  /** A roster of before, the newest one too, with the table that it stood for. */
  #bringBackRoster(lock: number): Command[] {
    const { committed } = this.#loot.of(lock);
    const roster = this.#parts.chance.happens(0.5) ? committed.at(-1) : this.#parts.chance.pick(committed);
    if (!roster) return [];
    const now = this.#parts.readTable(lock);
    const wanted = roster.grants;
    const gone = now.filter((grant) => !wanted.some((other) => equalBytes(idOf(other), idOf(grant))));
    const missing = wanted.filter((grant) => !now.some((other) => equalBytes(other, grant)));
    return [
      { name: "rosterBegin", roster: roster.document },
      ...(gone.length > 0 ? [{ name: "grantDrop", ids: gone.map(idOf) } as const] : []),
      ...missing.map((grant): Command => ({ name: "grantPut", grants: [grant] })),
      { name: "rosterCommit" },
    ];
  }

  #lieAboutTime(): Command {
    const { clock, chance } = this.#parts;
    const nowSeconds = Math.floor(clock.wallMs() / 1_000);
    return { name: "timeHint", time: nowSeconds + chance.between(1, YEAR_SECONDS) };
  }

  #repeatToken(lock: number): Command[] {
    const token = this.#parts.chance.pick(this.#loot.of(lock).tokens);
    return token ? [{ name: "time", token }] : [];
  }

  #repeatOrder(lock: number): Command[] {
    const { newestOrder } = this.#loot.of(lock);
    return newestOrder ? [act(newestOrder)] : [];
  }

  /** For all that the lock has, under the issuer's name. */
  #forgedReceipt(lock: number, { generation, seq, head }: Caps): Uint8Array {
    const { lockId, issuer } = this.#parts.publicKeysOf(lock);
    return this.#asIfBy(issuer, signReceipt(suite, this.#ownKey, { lockId, generation, seq, head }));
  }

  #forgedOrder(lock: number, { challenge, time }: Caps): Uint8Array {
    const { lockId, operator } = this.#parts.publicKeysOf(lock);
    const grantId = fromHex(OPERATOR_GRANT_ID);
    const notAfter = time + ORDER_LIVES_SECONDS;
    return this.#asIfBy(
      operator,
      signOrder(suite, this.#ownKey, { lockId, challenge, action: Action.unlock, grantId, notAfter }),
    );
  }

  /** The document with somebody else's key id. */
  #asIfBy(publicKey: Uint8Array, document: Uint8Array): Uint8Array {
    const ownId = toHex(keyId(suite, suite.p256PublicKey(this.#ownKey)));
    return fromHex(toHex(document).replace(ownId, toHex(keyId(suite, publicKey))));
  }
}

function act(order: Uint8Array): Command {
  const parsed = parseOrder(suite, order);
  if (!parsed.ok) throw new Error("a stolen order does not parse");
  const { action, grantId } = parsed.value.claims;
  return { name: "act", action, grant: grantId, order };
}

function idOf(grant: Uint8Array): Uint8Array {
  const parsed = parseGrant(suite, grant);
  if (!parsed.ok) throw new Error("a grant in a table does not parse");
  return parsed.value.claims.id;
}
