import { Secret } from "../../../crypto/secret.ts";
import { deterministicSuite as suite } from "../../../crypto/testing/deterministic-suite.ts";
import { Action, signOrder } from "../../../protocol/documents/order.ts";
import { SeededRandom } from "../../../protocol/testing/seeded-random.ts";
import { VirtualClock } from "../../../protocol/testing/virtual-clock.ts";
import { fromHex, toHex } from "../../../protocol/wire/bytes.ts";
import { Wire } from "../thief/wire.ts";
import { pairDoor, prove, secondsOf } from "./carrier.ts";
import { type Grants, signGrants } from "./cast.ts";
import { Door } from "./door.ts";
import { recordOf } from "./events.ts";
import { FarIssuer, grantIdOf } from "./issuer.ts";
import { drawPeople, type People, type Person } from "./people.ts";
import { StandInGateway } from "./stand-in.ts";
import type { Theft } from "./theft.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DAY_SECONDS = 86_400;
/** A Thursday, at nine in Stockholm. */
const BEGINS_AT_MS = Date.UTC(2027, 0, 7, 8);
const ORDER_LIVES_SECONDS = 60;
const HEAD_BYTES = 16;
const NO_GRANT = new Uint8Array(8);
const TIME_ZONE = "CET-1CEST,M3.5.0,M10.5.0/3";

/** Ten days of a house with three doors, its people and its gateway, which is stolen on the last. */
export async function live(seed: number): Promise<Theft> {
  const house = new House(seed);
  house.moveIn();
  house.liveOn();
  return house.theft();
}

class House {
  readonly #random: SeededRandom;
  readonly #clock = new VirtualClock(BEGINS_AT_MS);
  readonly #issuer: FarIssuer;
  readonly #people: People;
  readonly #front: Door;
  readonly #laundry: Door;
  readonly #flat: Door;
  readonly #grants: Grants;
  readonly #groupId: Uint8Array;
  readonly #gateway: StandInGateway;
  readonly #orders: Uint8Array[] = [];
  readonly #tokens: Uint8Array[] = [];
  readonly #receipts: Uint8Array[] = [];
  readonly #events: Theft["loot"]["events"][number][] = [];
  readonly #clockSetAt = new Map<string, number>();
  #backup: Theft["loot"]["backup"] = new Map();
  #office!: Theft["office"];

  constructor(seed: number) {
    const random = new SeededRandom(seed);
    this.#random = random;
    const key = suite.p256PrivateKey((length) => random.bytes(length));
    const secrets = { tagMasterKey: new Secret(random.bytes(16)), pinPepper: new Secret(random.bytes(16)) };
    this.#issuer = new FarIssuer(random, { key, secrets });
    this.#people = drawPeople(random);
    this.#front = new Door(this.#clock, random);
    this.#laundry = new Door(this.#clock, random);
    this.#flat = new Door(this.#clock, random);
    this.#groupId = random.bytes(8);
    const places = {
      front: this.#front.lockId,
      laundry: this.#laundry.lockId,
      flat: this.#flat.lockId,
      house: this.#groupId,
    };
    this.#grants = signGrants(this.#issuer, random, this.#people, places, this.#now);
    this.#gateway = new StandInGateway(random, this.#clock, this.#issuer.publicKey);
  }

  moveIn(): void {
    for (const door of this.#doors) this.#pair(door);
    const { annas, caretakers, carersOld, mallorysOld, mallorysAtLaundry } = this.#grants;
    const settings = { tz: TIME_ZONE, groups: [this.#groupId] };
    const good = { staleAfter: this.#now + 40 * DAY_SECONDS, carriedFrom: this.#now, settings };
    const sealed = { ...good, settings: { ...settings, sealedSecrets: this.#issuer.sealedFor(this.#front) } };
    this.#bring(this.#front, [annas, caretakers, carersOld, mallorysOld], sealed);
    this.#bring(this.#laundry, [caretakers, mallorysAtLaundry], good);
    this.#bring(this.#flat, [caretakers, mallorysOld], good);
    this.#letOfficeIn();
  }

  liveOn(): void {
    const { annas, caretakers, carers, mallorysOld, mallorysAtLaundry, once } = this.#grants;
    const { anna, caretaker, mallory } = this.#people;
    this.#sleep();
    this.#unlock(this.#front, anna, annas);
    this.#unlock(this.#flat, mallory, mallorysOld);
    this.#unlock(this.#front, mallory, once);
    this.#sleep();

    // Mallory has moved out.
    const { denied } = this.#grants;
    this.#bring(this.#front, [annas, caretakers, carers], { denied: [grantIdOf(denied)] });
    for (const staleInDays of [38, 36, 34, 32]) {
      const staleAfter = this.#now + staleInDays * DAY_SECONDS;
      this.#bring(this.#laundry, [caretakers, mallorysAtLaundry], { staleAfter });
      this.#bring(this.#flat, [caretakers, mallorysOld], { staleAfter });
    }
    this.#sleep();
    this.#deliver();
    this.#backup = this.#gateway.slots;

    // The flat has new people, who began with a factory reset.
    this.#flat.lock.factoryReset();
    this.#pair(this.#flat);
    const settings = { tz: TIME_ZONE, groups: [this.#groupId] };
    this.#bring(this.#flat, [caretakers], {
      staleAfter: this.#now + 20 * DAY_SECONDS,
      carriedFrom: this.#now - 5 * DAY_SECONDS,
      denied: [grantIdOf(denied)],
      settings,
    });
    for (let day = 0; day < 5; day++) {
      this.#sleep();
      this.#unlock(this.#front, anna, annas);
      this.#unlock(this.#laundry, caretaker, caretakers);
      this.#tellTime(this.#front);
      this.#deliver();
    }
    this.#bring(this.#front, [annas, caretakers, carers], { staleAfter: this.#now + 7 * DAY_SECONDS });
    this.#clock.advance(2 * HOUR_MS);
    this.#unlock(this.#front, anna, annas);
  }

  theft(): Theft {
    const images = [this.#front, this.#laundry, this.#flat].map((door) => {
      door.lock.powerOff();
      return door.image();
    });
    const [front, laundry, flat] = images as [
      Theft["doors"]["front"],
      Theft["doors"]["front"],
      Theft["doors"]["front"],
    ];
    return {
      atMs: this.#clock.wallMs(),
      doors: { front, laundry, flat },
      loot: {
        disk: new Uint8Array(),
        memory: [],
        slots: this.#gateway.slots,
        backup: this.#backup,
        gatewayId: this.#gateway.id,
        issuerPk: this.#issuer.publicKey,
        rosters: this.#issuer.rosters,
        orders: this.#orders,
        tokens: this.#tokens,
        receipts: this.#receipts,
        events: this.#events,
        frames: this.#gateway.frames,
      },
      issuer: this.#issuer,
      people: this.#people,
      grants: this.#grants,
      office: this.#office,
      usedBefore: new Map([[toHex(grantIdOf(this.#grants.once)), 1]]),
      clockSetAt: this.#clockSetAt,
    };
  }

  get #doors(): Door[] {
    return [this.#front, this.#laundry, this.#flat];
  }

  get #now(): number {
    return secondsOf(this.#clock);
  }

  #pair(door: Door): void {
    door.lock.pressPairingButton();
    this.#gateway.pair(door);
    this.#clockSetAt.set(door.id, this.#now);
  }

  /** A second gateway at the front door, by the issuer's permission. */
  #letOfficeIn(): void {
    const door = this.#front;
    this.#give(door, Action.allowPairing, NO_GRANT, (challenge, notAfter) =>
      this.#issuer.order({
        lockId: door.lockId,
        challenge,
        action: Action.allowPairing,
        grantId: NO_GRANT,
        notAfter,
      }),
    );
    const id = this.#random.bytes(8);
    const wire = new Wire(door.lock, this.#clock, () => {});
    door.lock.pressPairingButton();
    const site = { issuerPk: this.#issuer.publicKey, gatewayId: id, time: this.#now };
    const { slot, pmk } = pairDoor(wire, this.#random, door, site);
    this.#clock.advance(1_000);
    this.#office = { id, keys: prove(wire, this.#random, slot, pmk).keys };
    wire.end();
  }

  #bring(door: Door, grants: readonly Uint8Array[], wish: Parameters<FarIssuer["roster"]>[3]): void {
    this.#gateway.bring(door, this.#issuer.roster(door, this.#now, grants, wish));
  }

  #unlock(door: Door, person: Person, grant: Uint8Array): void {
    const grantId = grantIdOf(grant);
    const isCarried = !door.inside.table.active?.find(grantId);
    const shown = isCarried ? grant : grantId;
    this.#give(door, Action.unlock, shown, (challenge, notAfter) =>
      signOrder(suite, person.key, { lockId: door.lockId, challenge, action: Action.unlock, grantId, notAfter }),
    );
    this.#clock.advance(30_000);
  }

  #give(
    door: Door,
    action: Action,
    grant: Uint8Array,
    sign: (challenge: Uint8Array, notAfter: number) => Uint8Array,
  ): void {
    const order = sign(this.#gateway.challenge(door), this.#now + ORDER_LIVES_SECONDS);
    this.#orders.push(order);
    this.#gateway.ask(door, { name: "act", action, grant, order });
  }

  /** The first token may find a challenge that is too old, and spends it; the second is over the next. */
  #tellTime(door: Door): void {
    for (let i = 0; i < 2; i++) {
      const challenge = this.#gateway.challenge(door);
      const token = this.#issuer.timeToken({ lockId: door.lockId, challenge, time: this.#now });
      this.#tokens.push(token);
      if (this.#gateway.tellTime(door, token)) this.#clockSetAt.set(door.id, this.#now);
    }
  }

  /** What happened goes to the backend, and its receipt to the lock. */
  #deliver(): void {
    for (const door of this.#doors) {
      const events = this.#gateway.pull(door);
      this.#events.push(...events);
      const last = recordOf(events.at(-2) ?? events.at(-1)!);
      if (!last) continue;
      const { generation, seq, record } = last;
      const head = record.slice(-HEAD_BYTES);
      const receipt = this.#issuer.receipt({ lockId: fromHex(door.id), generation, seq, head });
      this.#receipts.push(receipt);
      this.#gateway.ask(door, { name: "ackLog", receipt });
    }
  }

  #sleep(): void {
    this.#clock.advance(DAY_MS);
    for (const door of this.#doors) this.#gateway.renewKeys(door);
  }
}
