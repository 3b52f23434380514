import type { Secret } from "../../crypto/secret.ts";
import { deterministicSuite as suite } from "../../crypto/testing/deterministic-suite.ts";
import { Action, type OrderClaims, signOrder } from "../../protocol/documents/order.ts";
import type { Caps } from "../../protocol/session/caps.ts";
import { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { VirtualClock } from "../../protocol/testing/virtual-clock.ts";
import { equalBytes } from "../../protocol/wire/bytes.ts";
import type { Command } from "../../protocol/wire/commands.ts";
import { Reason } from "../../protocol/wire/reason.ts";
import type { Response } from "../../protocol/wire/responses.ts";
import { NoncesUnique } from "../sim/invariants/nonces-unique.ts";
import { Judge } from "./judge/judge.ts";
import { prove, resume, rosterCommands, type SlotKeys, secondsOf } from "./site/carrier.ts";
import { Door } from "./site/door.ts";
import { FarIssuer, grantIdOf, type IssuedRoster } from "./site/issuer.ts";
import { type Person, PIN_OF_ANNA } from "./site/people.ts";
import type { Loot, Theft } from "./site/theft.ts";
import { type Line, NoAnswer, passTalk, type Talk } from "./thief/talk.ts";
import { Wire } from "./thief/wire.ts";

const DAY_MS = 86_400_000;
const ORDER_LIVES_SECONDS = 60;
/** O1s of one slot are answered no faster than this (protocol.md §3). */
const PACE_MS = 1_000;

/** An order, and the grant that its bearer shows with it: the id, or the whole of one that it carries. */
interface Shown {
  readonly order: Uint8Array;
  readonly grant: Uint8Array;
}

/** One attack's own world: the site as it was at the theft, the thief with all that there was to take, and a judge. */
export class Scene {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly theft: Theft;
  readonly front: Door;
  readonly laundry: Door;
  readonly flat: Door;
  /** The honest issuer goes on with its work. */
  readonly issuer: FarIssuer;
  readonly judge: Judge;
  /** A key that the thief has drawn. */
  readonly ownKey: Secret;
  /** Something measured that is worth printing. */
  figure: string | undefined;
  /** What the thief knows of its slots by now. */
  readonly slots: ReadonlyMap<string, SlotKeys>;
  readonly #wires: Wire[] = [];

  constructor(theft: Theft, seed: number) {
    this.theft = theft;
    this.clock = new VirtualClock(theft.atMs);
    this.random = new SeededRandom(seed);
    this.issuer = new FarIssuer(this.random, theft.issuer);
    const nonces = new NoncesUnique((how) => this.judge.broke("nonces", how));
    const door = (name: keyof Theft["doors"]) =>
      new Door(this.clock, this.random, theft.doors[name], nonces.watch(suite));
    this.front = door("front");
    this.laundry = door("laundry");
    this.flat = door("flat");
    this.judge = new Judge({ theft, clock: this.clock, issuer: this.issuer, doors: this.doors });
    this.ownKey = suite.p256PrivateKey((length) => this.random.bytes(length));
    this.slots = new Map([...theft.loot.slots].map(([lockId, keys]) => [lockId, { ...keys }]));
    this.clock.advance(PACE_MS);
  }

  get doors(): readonly Door[] {
    return [this.front, this.laundry, this.flat];
  }

  get loot(): Loot {
    return this.theft.loot;
  }

  get grants() {
    return this.theft.grants;
  }

  get people() {
    return this.theft.people;
  }

  /** Seconds since 1970 UTC. */
  get now(): number {
    return secondsOf(this.clock);
  }

  get daysSinceTheft(): number {
    return (this.clock.wallMs() - this.theft.atMs) / DAY_MS;
  }

  wait(seconds: number): void {
    this.clock.advance(seconds * 1_000);
  }

  days(days: number): void {
    this.clock.advance(days * DAY_MS);
  }

  // The thief's own hands.

  wire(door: Door, kind: "wire" | "ble" = "wire"): Wire {
    const hearing = (request: Uint8Array, reply: Uint8Array | undefined) =>
      reply && this.judge.heard(door, request, reply);
    const wire = new Wire(door.lock, this.clock, hearing, kind);
    this.#wires.push(wire);
    return wire;
  }

  /** Ends every connection of the thief's. */
  hangUp(): void {
    for (const wire of this.#wires.splice(0)) wire.end();
  }

  /** OPEN with the stolen slot. Throws NoAnswer. */
  open(door: Door): { talk: Talk; caps: Caps; keys: SlotKeys; wire: Wire } {
    const wire = this.wire(door);
    return { ...this.openOver(wire, door), keys: this.slots.get(door.id)!, wire };
  }

  /** The same over a line that somebody listens to. */
  openOver(line: Line, door: Door): { talk: Talk; caps: Caps } {
    this.clock.advance(PACE_MS);
    const { slot, pmk } = this.slots.get(door.id)!;
    const { talk, caps, keys } = prove(line, this.random, slot, pmk);
    Object.assign(this.slots.get(door.id)!, keys);
    return { talk, caps };
  }

  /** Commands in a session of the stolen slot, one after another, whatever the lock says to them. */
  tell(door: Door, commands: readonly Command[]): Response<Command["name"]>[] {
    const { talk, wire } = this.open(door);
    const said = commands.map((command) => talk.ask(command));
    wire.end();
    return said;
  }

  /** Puts a roster in a lock's staging copy with exactly these grants, and asks it to commit. */
  install(door: Door, { document, grants }: Pick<IssuedRoster, "document" | "grants">): boolean {
    const before = [...(door.inside.table.active?.entries() ?? [])].map((entry) => entry.document);
    return this.tell(door, rosterCommands({ document, grants }, before)).at(-1)!.ok;
  }

  /** What came down for the lock once. */
  roster(door: Door, epoch: number, generation = door.inside.generation): IssuedRoster {
    return this.loot.rosters.find(
      (roster) => roster.lockId === door.id && roster.epoch === epoch && roster.generation === generation,
    )!;
  }

  // People with phones, who do as they always did.

  /** The person wants this now: signs an order over what it takes for the lock's challenge. */
  sign(person: Person, door: Door, grant: Uint8Array, challenge: Uint8Array, wish: Partial<OrderClaims> = {}): Shown {
    const action = wish.action ?? Action.unlock;
    this.judge.proved(door, grant, action);
    const grantId = grantIdOf(grant);
    const inTable = door.inside.table.active?.find(grantId);
    const order = signOrder(suite, person.key, {
      lockId: door.lockId,
      challenge,
      action,
      grantId,
      notAfter: this.now + ORDER_LIVES_SECONDS,
      ...wish,
    });
    return { order, grant: inTable && equalBytes(inTable, grant) ? grantId : grant };
  }

  /** Mallory stands at the door, and the thief opens a session for her order; true if the lock did it. */
  malloryTries(door: Door, grant: Uint8Array, wish: Partial<OrderClaims> = {}): boolean {
    const { talk, caps } = this.open(door);
    const shown = this.sign(this.people.mallory, door, grant, caps.challenge, { notAfter: caps.time + 60, ...wish });
    return this.give(talk, shown, wish.action);
  }

  give(talk: Talk, { order, grant }: Shown, action: Action = Action.unlock): boolean {
    return talk.ask({ name: "act", action, grant, order }).ok;
  }

  /** A phone at the door, over whatever it takes for the lock's radio. */
  phone(person: Person, door: Door, grant: Uint8Array, line: Line): void {
    let answered: Uint8Array | undefined;
    const heard: Line = {
      ask: (frame) => {
        const reply = line.ask(frame);
        answered ??= reply;
        return reply;
      },
    };
    try {
      const { talk, challenge } = passTalk(heard, this.random, { lockId: door.lockId, sigPk: door.sigPk });
      this.judge.believed(door, answered);
      this.give(talk, this.sign(person, door, grant, challenge));
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
    }
  }

  /** Somebody has moved out: the issuer takes the grant back, and sends the roster down to the gateway, where it stays. */
  revoke(door: Door, grant: Uint8Array): IssuedRoster {
    const before = this.issuer.newest(door.id, door.inside.generation)!;
    const left = before.grants.filter((other) => !equalBytes(other, grant));
    // Out of the table alone it could still be carried.
    return this.issuer.roster(door, this.now, left, { denied: [...before.claims.denied, grantIdOf(grant)] });
  }

  /** Everybody else tries what they always could; then the judge says what was broken. */
  verdict() {
    this.#useOffice();
    this.#useKeypad();
    return this.judge.verdict();
  }

  /** The front door's other gateway opens a session, and resumes one. */
  #useOffice(): void {
    this.clock.advance(5 * PACE_MS);
    const { slot, pmk } = this.theft.office.keys;
    try {
      const { keys, talk } = prove(this.wire(this.front), this.random, slot, pmk);
      talk.ask({ name: "status" });
      resume(this.wire(this.front), this.random, keys, { name: "status" });
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      this.judge.broke("others", "the other gateway of the front door gets no session");
    }
  }

  /** Anna comes home, and types her PIN. */
  #useKeypad(): void {
    const { lock, inside } = this.front;
    if (inside.privacy.isOn) return;
    this.wait(60);
    this.judge.proved(this.front, this.grants.annas, Action.unlock);
    lock.pressKeys(`${PIN_OF_ANNA}#`);
    this.wait(2);
    const [newest] = inside.store.newestFirst();
    if (newest?.result !== Reason.done || lock.hardware.bolt.position() === "thrown") {
      this.judge.broke("others", "the keypad does not open for Anna");
    }
  }
}
