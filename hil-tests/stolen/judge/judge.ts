import type { Secret } from "../../../crypto/secret.ts";
import { deterministicSuite as suite } from "../../../crypto/testing/deterministic-suite.ts";
import type { IssuerOffice } from "../../../gateway/rights/issuer-office.ts";
import type { Action } from "../../../protocol/documents/order.ts";
import { openSiteSecrets } from "../../../protocol/documents/sealed.ts";
import type { VirtualClock } from "../../../protocol/testing/virtual-clock.ts";
import { ascii, equalBytes, toHex } from "../../../protocol/wire/bytes.ts";
import type { PromiseName } from "../promise.ts";
import { secondsOf } from "../site/carrier.ts";
import type { Door } from "../site/door.ts";
import { type FarIssuer, grantIdOf } from "../site/issuer.ts";
import { PIN_OF_ANNA } from "../site/people.ts";
import type { Theft } from "../site/theft.ts";
import { DoorWatch } from "./door-watch.ts";
import { Logs } from "./logs.ts";
import { ResumeWatch } from "./resume-watch.ts";
import { mayDraw } from "./rights.ts";

/** A promise that was broken, and how. */
export interface Broken {
  readonly promise: PromiseName;
  readonly how: string;
}

/** Somebody has proved, with key or credential, that they want this now. */
interface Proof {
  readonly door: Door;
  readonly grant: Uint8Array;
  readonly action: Action;
  readonly atSeconds: number;
  isUsed: boolean;
}

interface JudgeParts {
  readonly theft: Theft;
  readonly clock: VirtualClock;
  readonly issuer: FarIssuer;
  readonly doors: readonly Door[];
}

/** How long an order may be on its way: 120 s ahead at the most, and what clocks differ. */
const PROOF_SECONDS_MAX = 122;

/** Watches the locks from within and from outside, and says which promises were broken. It takes no thief's word. */
export class Judge {
  readonly logs: Logs;
  readonly #parts: JudgeParts;
  readonly #doors: ReadonlyMap<Door, DoorWatch>;
  readonly #resuming: ResumeWatch;
  readonly #proofs: Proof[] = [];
  readonly #broken: Broken[] = [];
  /** What each lock has answered. */
  readonly #said = new Map<Door, Set<string>>();
  /** By door: the newest roster that the lock had committed before the theft. */
  readonly #confirmed: ReadonlyMap<Door, number>;
  readonly #beganAtMs: number;

  constructor(parts: JudgeParts) {
    this.#parts = parts;
    const { theft, clock, doors } = parts;
    this.logs = new Logs(doors, theft.loot.events, (how) => this.broke("log", how));
    this.#resuming = new ResumeWatch((promise, how) => this.broke(promise, how));
    this.#beganAtMs = clock.monotonicMs();
    this.#confirmed = new Map(doors.map((door) => [door, door.inside.roster.epoch]));
    this.#doors = new Map(doors.map((door) => [door, this.#watch(door)]));
    for (const door of doors) {
      this.#said.set(door, new Set());
      door.lock.hardware.bolt.observe((to) => {
        if (to === "drawn") this.#boltIsDrawn(door);
      });
    }
  }

  broke(promise: PromiseName, how: string): void {
    this.#broken.push({ promise, how });
  }

  /** Somebody who has the key, or stands at the door, wants this now. Whether they may is another matter. */
  proved(door: Door, grant: Uint8Array, action: Action): void {
    this.#proofs.push({ door, grant, action, atSeconds: this.#now, isUsed: false });
  }

  /** What a lock has answered to what. */
  heard(door: Door, request: Uint8Array, reply: Uint8Array): void {
    this.#said.get(door)!.add(toHex(reply));
    this.#resuming.heard(door, request, reply, this.#now);
  }

  /** A phone has taken this for the lock's answer, and shown its grant. */
  believed(door: Door, frame: Uint8Array | undefined): void {
    const isLocks = frame === undefined || this.#said.get(door)!.has(toHex(frame));
    if (!isLocks) this.broke("phone", "a phone has shown its grant to a lock that is none");
  }

  /** Somebody who is neither gateway nor courier has been told this. */
  told(door: Door, bytes: Uint8Array): void {
    if (this.logs.hasRecordIn(door, bytes)) this.broke("stranger", "a stranger reads records of the log");
  }

  /** The thief says that this head stood in a session of before the theft. */
  deciphered(lockId: string, place: { generation: number; seq: number; head: Uint8Array }): void {
    if (this.logs.isHead(lockId, place)) this.broke("past", "a session of before the theft opens");
  }

  /** The thief has this before it. */
  seen(found: readonly Uint8Array[]): void {
    const text = Buffer.concat(found).toString("latin1");
    for (const [what, secret] of secretsOf(this.#parts)) {
      if (text.includes(Buffer.from(secret).toString("latin1"))) this.broke("secrets", `the thief can read ${what}`);
    }
  }

  /** The issuer has sealed this for the door's lock; `ownKey` is the thief's. */
  sealed(door: Door, sealed: Uint8Array, ownKey: Secret): void {
    const { ok } = openSiteSecrets(suite, { lockId: door.lockId, boxKey: ownKey }, sealed);
    if (ok) this.broke("secrets", "the issuer has sealed the site's secrets for the thief");
  }

  /** The issuer wants to change rights at this door. */
  async expectRenewal(office: IssuerOffice, door: Door): Promise<void> {
    const before = office.epoch(door.id);
    await office.renew([door.id]).catch(() => {});
    if (office.epoch(door.id) <= before) this.broke("others", "the issuer can make no newer roster for a lock");
  }

  /** By the issuer's order: from now on these gateways are the door's. */
  expectGateways(door: Door, ids: readonly Uint8Array[]): void {
    this.#doors.get(door)!.gatewayIds = ids;
  }

  gatewaysOf(door: Door): readonly Uint8Array[] {
    return this.#doors.get(door)!.gatewayIds;
  }

  /** What was broken until now. */
  verdict(): readonly Broken[] {
    this.logs.look();
    this.logs.judge();
    const elapsedMs = this.#parts.clock.monotonicMs() - this.#beganAtMs;
    const broke = (promise: PromiseName, how: string) => this.broke(promise, how);
    for (const watch of this.#doors.values()) watch.look({ now: this.#now, elapsedMs, logs: this.logs, broke });
    return this.#broken;
  }

  #watch(door: Door): DoorWatch {
    const { theft, doors } = this.#parts;
    const office = door === doors[0] ? [theft.office.id] : [];
    return new DoorWatch(door, theft.clockSetAt.get(door.id) ?? this.#now, [theft.loot.gatewayId, ...office]);
  }

  #boltIsDrawn(door: Door): void {
    const fresh = this.#proofs.findLast(
      (proof) => proof.door === door && !proof.isUsed && this.#now - proof.atSeconds <= PROOF_SECONDS_MAX,
    );
    if (!fresh) {
      this.broke("bolt", "a bolt was drawn, and nobody had just asked for it");
      return;
    }
    const used = this.#usesOf(door, fresh.grant);
    fresh.isUsed = true;
    const confirmedEpoch = Math.max(this.#confirmed.get(door)!, door.inside.roster.epoch);
    if (!mayDraw(this.#parts.issuer, door, fresh, { now: this.#now, used, confirmedEpoch })) {
      const grantId = toHex(grantIdOf(fresh.grant));
      this.broke("bolt", `a bolt was drawn for grant ${grantId}, which gives no right to that`);
    }
  }

  /** Of this theft's own, and of the life before it. */
  #usesOf(door: Door, grant: Uint8Array): number {
    const id = grantIdOf(grant);
    const since = this.#proofs.filter(
      (proof) => proof.door === door && proof.isUsed && equalBytes(grantIdOf(proof.grant), id),
    );
    return since.length + (this.#parts.theft.usedBefore.get(toHex(id)) ?? 0);
  }

  get #now(): number {
    return secondsOf(this.#parts.clock);
  }
}

/** What no gateway is ever to have, by what it is. */
function secretsOf({ theft, doors }: JudgeParts): [string, Uint8Array][] {
  const { issuer, people } = theft;
  const { tagMasterKey, pinPepper } = issuer.secrets;
  return [
    ["the issuer's key", issuer.key.reveal()],
    ["the tags' master key", tagMasterKey.reveal()],
    ["the PINs' pepper", pinPepper.reveal()],
    ["a PIN", ascii(PIN_OF_ANNA)],
    ...Object.values(people).flatMap(({ name, key }): [string, Uint8Array][] => [
      [`the name ${name}`, Buffer.from(name)],
      [`the key of ${name}`, key.reveal()],
    ]),
    ...doors.map((door): [string, Uint8Array] => ["a label's secret", door.label.secret.reveal()]),
  ];
}
