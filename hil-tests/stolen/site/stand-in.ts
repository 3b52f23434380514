import type { CloudEvent } from "../../../gateway/uplink/cloud-event.ts";
import { decodeRecord, RECORD_BYTES } from "../../../protocol/log/record.ts";
import type { Random } from "../../../protocol/random.ts";
import type { VirtualClock } from "../../../protocol/testing/virtual-clock.ts";
import type { Command } from "../../../protocol/wire/commands.ts";
import { Wire } from "../thief/wire.ts";
import { pairDoor, prove, resume, rosterCommands, type SlotKeys, secondsOf } from "./carrier.ts";
import type { Door } from "./door.ts";
import { headEvent, recordEvent } from "./events.ts";
import type { IssuedRoster } from "./issuer.ts";
import type { HeardFrame } from "./theft.ts";

const RECORDS_MAX = 20;
const GATEWAY_ID_BYTES = 8;
const NONCE_BYTES = 16;

/** Speaks LK1 and keeps its slots: as much of a gateway as locks need to live with. */
export class StandInGateway {
  readonly id: Uint8Array;
  readonly #random: Random;
  readonly #clock: VirtualClock;
  readonly #issuerPk: Uint8Array;
  readonly #slots = new Map<string, SlotKeys>();
  readonly #tables = new Map<string, readonly Uint8Array[]>();
  readonly #pulledTo = new Map<string, number>();
  /** Every frame that went over its radio. */
  readonly frames: HeardFrame[] = [];

  constructor(random: Random, clock: VirtualClock, issuerPk: Uint8Array) {
    this.id = random.bytes(GATEWAY_ID_BYTES);
    this.#random = random;
    this.#clock = clock;
    this.#issuerPk = issuerPk;
  }

  get slots(): ReadonlyMap<string, SlotKeys> {
    return new Map([...this.#slots].map(([lockId, keys]) => [lockId, { ...keys }]));
  }

  /** The button is pressed. */
  pair(door: Door): void {
    const wire = this.#wire(door);
    const site = { issuerPk: this.#issuerPk, gatewayId: this.id, time: secondsOf(this.#clock) };
    const { slot, pmk } = pairDoor(wire, this.#random, door, site);
    this.#clock.advance(1_000);
    this.#slots.set(door.id, prove(wire, this.#random, slot, pmk).keys);
    this.#tables.delete(door.id);
    wire.end();
  }

  /** OPEN, as once a day. */
  renewKeys(door: Door): void {
    this.#clock.advance(1_000);
    const { slot, pmk } = this.#keys(door);
    const wire = this.#wire(door);
    this.#slots.set(door.id, prove(wire, this.#random, slot, pmk).keys);
    wire.end();
  }

  bring(door: Door, roster: IssuedRoster): void {
    for (const command of rosterCommands(roster, this.#tables.get(door.id) ?? [])) this.#ask(door, command);
    this.#tables.set(door.id, roster.grants);
  }

  challenge(door: Door): Uint8Array {
    const status = this.#ask(door, { name: "status" });
    return (status as { challenge: Uint8Array }).challenge;
  }

  /** One command by RESUME; what the lock answers to it, which must be good. */
  ask(door: Door, command: Command): void {
    this.#ask(door, command);
  }

  /** Whether the lock has taken the token. */
  tellTime(door: Door, token: Uint8Array): boolean {
    const wire = this.#wire(door);
    const { response } = resume(wire, this.#random, this.#keys(door), { name: "time", token });
    wire.end();
    return response.ok;
  }

  /** The records that it has not had yet, and a head that the lock signs after them. */
  pull(door: Door): CloudEvent[] {
    const { generation, position } = { generation: door.inside.generation, position: door.inside.log.position };
    const key = `${door.id}-${generation}`;
    const events: CloudEvent[] = [];
    const { lockId } = door;
    for (let seq = (this.#pulledTo.get(key) ?? 0) + 1; seq <= position.seq; ) {
      const read = this.#ask(door, { name: "readLog", fromSeq: seq, max: RECORDS_MAX }) as { records: Uint8Array };
      for (let at = 0; at < read.records.length; at += RECORD_BYTES) {
        const record = read.records.slice(at, at + RECORD_BYTES);
        events.push(recordEvent({ lockId, generation, seq: decodeRecord(record).seq }, record));
        seq++;
      }
    }
    const head = this.#ask(door, { name: "logHead", nonce: this.#random.bytes(NONCE_BYTES) }) as {
      document: Uint8Array;
    };
    this.#pulledTo.set(key, position.seq);
    return [...events, headEvent({ lockId, generation, seq: position.seq }, head.document)];
  }

  #ask(door: Door, command: Command): unknown {
    const wire = this.#wire(door);
    const { response } = resume(wire, this.#random, this.#keys(door), command);
    wire.end();
    if (!response.ok) throw new Error(`a lock refuses ${command.name} with reason ${response.refusal.reason}`);
    return response.value;
  }

  #keys(door: Door): SlotKeys {
    return this.#slots.get(door.id)!;
  }

  #wire(door: Door): Wire {
    return new Wire(door.lock, this.#clock, (request, reply) => this.frames.push({ lockId: door.id, request, reply }));
  }
}
