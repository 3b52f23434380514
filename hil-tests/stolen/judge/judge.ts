import type { Secret } from "../../../crypto/secret.ts";
import type { Action } from "../../../protocol/documents/order.ts";
import type { VirtualClock } from "../../../protocol/testing/virtual-clock.ts";
import { ascii, equalBytes, Reader, toHex } from "../../../protocol/wire/bytes.ts";
import type { PromiseName } from "../promise.ts";
import { secondsOf } from "../site/carrier.ts";
import type { Door } from "../site/door.ts";
import { type FarIssuer, grantIdOf } from "../site/issuer.ts";
import { PIN_OF_ANNA } from "../site/people.ts";
import type { Theft } from "../site/theft.ts";
import { Logs } from "./logs.ts";
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
/** A hint's bounds (protocol.md §7), and a second for the rounding of two clocks. */
const HINT_SECONDS = 3;
const HINT_PPM = 200;
const DAY_MS = 86_400_000;
const RESUME_SECONDS_MAX = 86_400;
const RESUME_USES_MAX = 1_024;
/** A stolen slot, and all strangers together: one DH in 250 ms each. */
const DHS_PER_SECOND_MAX = 2 * 4;
const DHS_AT_ONCE_MAX = 5;
/** A block of flash stands 10,000: at this pace, more than a year. */
const ERASES_AT_ONCE_MAX = 150;
const ERASES_PER_DAY_MAX = 150;
const S1_HEADER = 0x19;
const S2_HEADER = 0x1a;
const FIRMWARE = 7;

/** Watches the locks from within and from outside, and says which promises were broken. It takes no thief's word. */
export class Judge {
  readonly logs: Logs;
  readonly #parts: JudgeParts;
  readonly #proofs: Proof[] = [];
  readonly #broken: Broken[] = [];
  readonly #said = new Map<Door, Set<string>>();
  /** How often each key for resuming has been used. */
  readonly #resumed = new Map<Secret, number>();
  readonly #newestS1 = new Map<string, { n: number; s1: string }>();
  readonly #beganAtMs: number;
  readonly #dhsBefore: ReadonlyMap<Door, number>;
  /** Erases of each block of a lock's flash. */
  readonly #wearBefore: ReadonlyMap<Door, readonly number[]>;
  readonly #evidence: ReadonlyMap<Door, number>;
  readonly #confirmed: ReadonlyMap<Door, number>;
  readonly #gateways: Map<Door, Uint8Array[]>;
  readonly #issuerPk: Uint8Array;

  constructor(parts: JudgeParts) {
    this.#parts = parts;
    const { theft, clock, doors, issuer } = parts;
    this.logs = new Logs(doors, theft.loot.events, (how) => this.broke("log", how));
    this.#beganAtMs = clock.monotonicMs();
    this.#issuerPk = issuer.publicKey;
    this.#wearBefore = new Map(doors.map((door) => [door, door.lock.hardware.flash.wear]));
    this.#dhsBefore = new Map(doors.map((door) => [door, door.lock.work.crypto.dhs]));
    this.#evidence = new Map(doors.map((door) => [door, door.inside.log.position.seq]));
    this.#confirmed = new Map(doors.map((door) => [door, door.inside.roster.epoch]));
    const ids = (door: Door) => [theft.loot.gatewayId, ...(door === doors[0] ? [theft.office.id] : [])];
    this.#gateways = new Map(doors.map((door) => [door, ids(door)]));
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
    if (request[0] !== S1_HEADER || reply[0] !== S2_HEADER) return;
    const reader = new Reader(request.subarray(1));
    const [slot, n] = [reader.uint8(), reader.uint32()];
    this.#expectYoungKey(door, slot);
    this.#expectNewCounter(`${door.id}-${slot}`, n, toHex(request));
  }

  /** A phone has taken this for the lock's answer, and shown its grant. */
  believed(door: Door, frame: Uint8Array | undefined): void {
    if (frame && !this.#said.get(door)!.has(toHex(frame)))
      this.broke("phone", "a phone has shown its grant to a lock that is none");
  }

  /** Somebody who is neither gateway nor courier has been told this. */
  told(door: Door, bytes: Uint8Array): void {
    if (this.logs.hasRecordIn(door, bytes)) this.broke("stranger", "a stranger reads records of the log");
  }

  /** The thief has this before it. */
  seen(found: readonly Uint8Array[]): void {
    const text = Buffer.concat(found).toString("latin1");
    for (const [what, secret] of secretsOf(this.#parts)) {
      if (text.includes(Buffer.from(secret).toString("latin1"))) this.broke("secrets", `the thief can read ${what}`);
    }
  }

  /** By the issuer's order: from now on this gateway is one of the door's, or none any more. */
  expectGateways(door: Door, ids: readonly Uint8Array[]): void {
    this.#gateways.set(door, [...ids]);
  }

  gatewaysOf(door: Door): readonly Uint8Array[] {
    return this.#gateways.get(door)!;
  }

  /** What was broken until now. */
  verdict(): readonly Broken[] {
    this.logs.look();
    this.logs.judge();
    for (const door of this.#parts.doors) this.#look(door);
    return this.#broken;
  }

  #look(door: Door): void {
    const { clock, slots, trust, store } = door.inside;
    const { clockSetAt } = this.#parts.theft;
    if (!clock.isUncertain()) {
      const setAt = clockSetAt.get(door.id) ?? this.#now;
      const bound = HINT_SECONDS + ((this.#now - setAt) * HINT_PPM) / 1_000_000;
      const error = clock.now() - this.#now;
      if (Math.abs(error) > bound) this.broke("clock", `a clock is ${error} s from the true time`);
    }
    const paired = [0, 1, 2, 3].flatMap((slot) => slots.at(slot) ?? []).map(({ gatewayId }) => toHex(gatewayId));
    const expected = this.#gateways.get(door)!.map(toHex);
    if (paired.toSorted().join() !== expected.toSorted().join()) this.broke("slots", "other gateways are paired");
    if (!trust.issuerPk || !equalBytes(trust.issuerPk, this.#issuerPk))
      this.broke("issuer", "a lock has another issuer");
    for (const { generation } of store.spans()) {
      const seq = store.acknowledged(generation);
      if (seq > 0 && !this.logs.isHeld(door, generation, seq)) {
        this.broke("memory", `a lock may forget record ${seq}, which no backend has`);
      }
    }
    const { generation } = door.inside;
    const hasEvidence = store.record(generation, this.#evidence.get(door)!) !== undefined;
    const elapsedMs = this.#parts.clock.monotonicMs() - this.#beganAtMs;
    if (!hasEvidence && elapsedMs <= DAY_MS) this.broke("evidence", "the last record before the theft is gone");
    if (door.inside.lockout.isOn) this.broke("others", "the keypad is locked out, and nobody has touched it");
    if (door.inside.product.firmware !== FIRMWARE) this.broke("firmware", "a lock runs other firmware");
    const dhs = door.lock.work.crypto.dhs - this.#dhsBefore.get(door)!;
    if (dhs > DHS_AT_ONCE_MAX + (elapsedMs / 1000) * DHS_PER_SECOND_MAX) {
      this.broke("work", `${dhs} point multiplications in ${elapsedMs / 1000} s`);
    }
    const before = this.#wearBefore.get(door)!;
    const erases = Math.max(...door.lock.hardware.flash.wear.map((now, block) => now - before[block]!));
    if (erases > ERASES_AT_ONCE_MAX + (elapsedMs / DAY_MS) * ERASES_PER_DAY_MAX) {
      this.broke("work", `${erases} erases of one block of flash in ${elapsedMs / 1000} s`);
    }
  }

  #boltIsDrawn(door: Door): void {
    const fresh = this.#proofs.findLast(
      (proof) => proof.door === door && !proof.isUsed && this.#now - proof.atSeconds <= PROOF_SECONDS_MAX,
    );
    if (!fresh) {
      this.broke("bolt", "a bolt was drawn, and nobody had just asked for it");
      return;
    }
    const grantId = grantIdOf(fresh.grant);
    const used = this.#usesOf(door, fresh.grant);
    fresh.isUsed = true;
    const confirmedEpoch = Math.max(this.#confirmed.get(door)!, door.inside.roster.epoch);
    const { issuer } = this.#parts;
    if (!mayDraw(issuer, door, fresh, { now: this.#now, used, confirmedEpoch })) {
      this.broke("bolt", `a bolt was drawn for grant ${toHex(grantId)}, which gives no right to that`);
    }
  }

  /** Of this theft's own, and of the life before it, by the log. */
  #usesOf(door: Door, grant: Uint8Array): number {
    const id = grantIdOf(grant);
    return (
      this.#proofs.filter((proof) => proof.door === door && proof.isUsed && equalBytes(grantIdOf(proof.grant), id))
        .length + (this.#parts.theft.usedBefore.get(toHex(id)) ?? 0)
    );
  }

  #expectYoungKey(door: Door, slot: number): void {
    const key = door.inside.slots.at(slot)?.resumeKey;
    if (!key) return;
    const isOld = this.#now - key.sinceSeconds > RESUME_SECONDS_MAX + 1;
    if (isOld && !door.inside.clock.isUncertain()) this.broke("keys", "a lock has resumed under a key of days ago");
    const uses = (this.#resumed.get(key.rms) ?? 0) + 1;
    this.#resumed.set(key.rms, uses);
    if (uses > RESUME_USES_MAX) this.broke("keys", `a lock has resumed under a key for the ${uses}th time`);
  }

  /** Only the very same S1 may come again. */
  #expectNewCounter(slot: string, n: number, s1: string): void {
    const newest = this.#newestS1.get(slot);
    if (newest && n <= newest.n && s1 !== newest.s1)
      this.broke("keys", `a lock has taken counter ${n} after ${newest.n}`);
    this.#newestS1.set(slot, { n, s1 });
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
