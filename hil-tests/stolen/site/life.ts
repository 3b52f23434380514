import { Secret } from "../../../crypto/secret.ts";
import { deterministicSuite as suite } from "../../../crypto/testing/deterministic-suite.ts";
import { Action, signOrder } from "../../../protocol/documents/order.ts";
import { SeededRandom } from "../../../protocol/testing/seeded-random.ts";
import { VirtualClock } from "../../../protocol/testing/virtual-clock.ts";
import { toHex } from "../../../protocol/wire/bytes.ts";
import { Wire } from "../thief/wire.ts";
import { pairDoor, prove, secondsOf } from "./carrier.ts";
import { type Grants, signGrants } from "./cast.ts";
import { Door } from "./door.ts";
import { FarBackend } from "./far-backend.ts";
import { FleetGateway } from "./fleet-gateway.ts";
import { FarIssuer, grantIdOf, type IssuerBooks, type RosterWish } from "./issuer.ts";
import { drawPeople, type People, type Person } from "./people.ts";
import type { Theft } from "./theft.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DAY_SECONDS = 86_400;
/** A Thursday, at nine in Stockholm. */
const BEGINS_AT_MS = Date.UTC(2027, 0, 7, 8);
const ORDER_LIVES_SECONDS = 60;
const HALF_A_MINUTE_MS = 30_000;
const DAYS_WITHOUT_MALLORY = 5;
const KEY_BYTES = 16;
const ID_BYTES = 8;
const NO_GRANT = new Uint8Array(8);
const TIME_ZONE = "CET-1CEST,M3.5.0,M10.5.0/3";

/** Eight days of a house with three doors, its people and its gateway, which is stolen on the ninth. */
export async function live(seed: number): Promise<Theft> {
  const house = new House(seed);
  await house.moveIn();
  await house.liveOn();
  return house.theft();
}

class House {
  readonly #random: SeededRandom;
  readonly #clock = new VirtualClock(BEGINS_AT_MS);
  readonly #issuer: FarIssuer;
  readonly #backend: FarBackend;
  readonly #people: People;
  readonly #front: Door;
  readonly #laundry: Door;
  readonly #flat: Door;
  readonly #grants: Grants;
  readonly #groupId: Uint8Array;
  readonly #orders: Uint8Array[] = [];
  readonly #clockSetAt = new Map<string, number>();
  #gateway!: FleetGateway;
  #office!: Theft["office"];

  constructor(seed: number) {
    const random = new SeededRandom(seed);
    this.#random = random;
    const key = suite.p256PrivateKey((length) => random.bytes(length));
    const secrets = {
      tagMasterKey: new Secret(random.bytes(KEY_BYTES)),
      pinPepper: new Secret(random.bytes(KEY_BYTES)),
    };
    this.#issuer = new FarIssuer(random, { key, secrets, rosters: [], granted: [] });
    this.#backend = new FarBackend(this.#clock, this.#issuer);
    this.#people = drawPeople(random);
    this.#front = new Door(this.#clock, random);
    this.#laundry = new Door(this.#clock, random);
    this.#flat = new Door(this.#clock, random);
    this.#groupId = random.bytes(ID_BYTES);
    const places = {
      front: this.#front.lockId,
      laundry: this.#laundry.lockId,
      flat: this.#flat.lockId,
      house: this.#groupId,
    };
    this.#grants = signGrants(this.#issuer, random, this.#people, places, this.#now);
  }

  async moveIn(): Promise<void> {
    this.#gateway = await FleetGateway.start({
      clock: this.#clock,
      random: this.#random,
      doors: this.#doors,
      issuerPk: this.#issuer.publicKey,
      backend: this.#backend,
    });
    const { annas, caretakers, carersOld, mallorysOld, mallorysAtLaundry } = this.#grants;
    const settings = { tz: TIME_ZONE, groups: [this.#groupId] };
    const good = { staleAfter: this.#in(40), carriedFrom: this.#now, settings };
    const sealed = { ...good, settings: { ...settings, sealedSecrets: this.#issuer.sealedFor(this.#front) } };
    await this.#pair(this.#front, [annas, caretakers, carersOld, mallorysOld], sealed);
    await this.#pair(this.#laundry, [caretakers, mallorysAtLaundry], good);
    await this.#pair(this.#flat, [caretakers, mallorysOld], good);
    await this.#letOfficeIn();
  }

  async liveOn(): Promise<void> {
    const { annas, caretakers, carers, mallorysOld, mallorysAtLaundry, denied, once } = this.#grants;
    const { anna, caretaker, mallory } = this.#people;
    await this.#sleep();
    await this.#unlock(this.#front, anna, annas);
    await this.#unlock(this.#flat, mallory, mallorysOld);
    await this.#unlock(this.#front, mallory, once);
    await this.#sleep();

    // Mallory has moved out: what was in a table is denied too, or it could still be carried.
    const gone = [denied, mallorysOld].map(grantIdOf);
    await this.#bring(this.#front, [annas, caretakers, carers], { denied: gone });
    for (const staleInDays of [38, 36, 34, 32]) {
      await this.#bring(this.#laundry, [caretakers, mallorysAtLaundry], { staleAfter: this.#in(staleInDays) });
      await this.#bring(this.#flat, [caretakers, mallorysOld], { staleAfter: this.#in(staleInDays) });
    }
    await this.#sleep();

    // The flat has new people, who began with a factory reset.
    this.#flat.lock.factoryReset();
    const settings = { tz: TIME_ZONE, groups: [this.#groupId] };
    await this.#pair(this.#flat, [caretakers], {
      staleAfter: this.#in(20),
      carriedFrom: this.#in(-5),
      denied: gone,
      settings,
    });
    for (let day = 0; day < DAYS_WITHOUT_MALLORY; day++) {
      await this.#sleep();
      await this.#unlock(this.#front, anna, annas);
      await this.#unlock(this.#laundry, caretaker, caretakers);
    }
    await this.#changeClockCell(this.#laundry);
    await this.#bring(this.#front, [annas, caretakers, carers], { staleAfter: this.#in(7) });
    for (const door of this.#doors) await this.#gateway.untilDelivered(door);
    await this.#clock.advanceAsync(2 * HOUR_MS);
    await this.#unlock(this.#front, anna, annas);
  }

  theft(): Theft {
    const { disk, slots } = this.#gateway.takeAway();
    const image = (door: Door) => {
      door.lock.powerOff();
      return door.image();
    };
    return {
      atMs: this.#clock.wallMs(),
      doors: { front: image(this.#front), laundry: image(this.#laundry), flat: image(this.#flat) },
      loot: {
        disk,
        memory: this.#gateway.memory,
        slots,
        gatewayId: this.#gateway.gatewayId,
        issuerPk: this.#issuer.publicKey,
        rosters: this.#issuer.rosters,
        orders: this.#orders,
        tokens: this.#backend.tokens,
        receipts: this.#backend.receipts,
        events: this.#backend.events,
        frames: this.#gateway.frames,
      },
      issuer: booksOf(this.#issuer),
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

  #in(days: number): number {
    return this.#now + days * DAY_SECONDS;
  }

  async #pair(door: Door, grants: readonly Uint8Array[], wish: RosterWish): Promise<void> {
    door.lock.pressPairingButton();
    const generation = door.inside.generation;
    const paired = this.#gateway.pair(door);
    this.#clockSetAt.set(door.id, this.#now);
    await this.#gateway.untilKnown(door, generation);
    const roster = this.#issuer.roster(door, this.#now, grants, wish);
    this.#backend.send(roster);
    await paired;
    await this.#gateway.untilThere(door, roster);
  }

  /** A second gateway at the front door, by the issuer's leave. */
  async #letOfficeIn(): Promise<void> {
    const door = this.#front;
    const { lockId } = door;
    const challenge = await this.#gateway.challenge(door);
    const notAfter = this.#now + ORDER_LIVES_SECONDS;
    const order = { lockId, challenge, action: Action.allowPairing, grantId: NO_GRANT, notAfter };
    await this.#carry(door, this.#issuer.order(order));
    const id = this.#random.bytes(ID_BYTES);
    const wire = new Wire(door.lock, this.#clock, () => {});
    door.lock.pressPairingButton();
    const site = { issuerPk: this.#issuer.publicKey, gatewayId: id, time: this.#now };
    const { slot, pmk } = pairDoor(wire, this.#random, door, site);
    await this.#clock.advanceAsync(1_000);
    this.#office = { id, keys: prove(wire, this.#random, slot, pmk).keys };
    wire.end();
  }

  async #bring(door: Door, grants: readonly Uint8Array[], wish: RosterWish): Promise<void> {
    const roster = this.#issuer.roster(door, this.#now, grants, wish);
    this.#backend.send(roster);
    await this.#gateway.untilThere(door, roster);
  }

  async #unlock(door: Door, person: Person, grant: Uint8Array): Promise<void> {
    const grantId = grantIdOf(grant);
    const isCarried = !door.inside.table.active?.find(grantId);
    const challenge = await this.#gateway.challenge(door);
    const notAfter = this.#now + ORDER_LIVES_SECONDS;
    const order = { lockId: door.lockId, challenge, action: Action.unlock, grantId, notAfter };
    await this.#carry(door, signOrder(suite, person.key, order), isCarried ? grant : undefined);
    await this.#clock.advanceAsync(HALF_A_MINUTE_MS);
  }

  async #carry(door: Door, order: Uint8Array, grant?: Uint8Array): Promise<void> {
    this.#orders.push(order);
    await this.#gateway.carry(door, order, grant);
  }

  /** The clock's own cell is exchanged; the issuer tells the lock the time. */
  async #changeClockCell(door: Door): Promise<void> {
    door.lock.disturb(({ rtc }) => rtc.lose());
    await this.#gateway.untilClockIsSure(door);
    this.#clockSetAt.set(door.id, this.#now);
  }

  async #sleep(): Promise<void> {
    await this.#clock.advanceAsync(DAY_MS);
  }
}

function booksOf({ key, secrets, rosters, granted }: FarIssuer): IssuerBooks {
  return { key, secrets, rosters, granted };
}
