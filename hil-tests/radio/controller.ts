import type { Device } from "./advertising/advertisement.ts";
import type { AdvertisingChannels } from "./advertising/advertising-channels.ts";
import type { Medium, Station } from "./air/medium.ts";
import type { Place } from "./air/place.ts";
import { runCommand } from "./commands/table.ts";
import type { Activity } from "./controller/activity.ts";
import { Advertiser } from "./controller/advertiser.ts";
import { Connections } from "./controller/connections.ts";
import { HostSide } from "./controller/host-side.ts";
import { Initiator } from "./controller/initiator.ts";
import { type Parts, resetParts } from "./controller/parts.ts";
import { Scanner } from "./controller/scanner.ts";
import { addressToWire, type DeviceAddress } from "./hci/address.ts";
import { commandComplete, commandStatus } from "./hci/event.ts";
import { parseHostPacket } from "./hci/packet.ts";
import type { PacketTrace } from "./hci/packet-trace.ts";

export interface ControllerOptions {
  /** Its public address. */
  readonly address: DeviceAddress;
  /** Where it hangs; absent: in the origin. */
  readonly place?: Place;
  /** How many links it can hold; more than that it refuses. Absent: as many as it is asked for. */
  readonly linksMax?: number;
  /** Gets a record of each packet between the controller and its host. */
  readonly trace?: PacketTrace;
}

/**
 * - on: works.
 * - down: switched off, and says so to whoever asks (`isUp`).
 * - removed: pulled out. Says nothing any more, though it still seems to be up.
 * - hung: its firmware has crashed. Takes packets, answers none.
 *
 * In all but the first it is off the air.
 */
type State = "on" | "down" | "removed" | "hung";

/**
 * A Bluetooth 4.2 LE controller for one host, which speaks H4 with it: command and ACL packets in, event and ACL packets
 * out, each with its type byte in front. It is also a station on the air, and has its place there.
 *
 * The hosts of this project never use encryption, filter accept lists, random addresses or anything after 4.2: such
 * commands are answered as unknown.
 */
export class Controller implements Station {
  readonly address: DeviceAddress;
  place: Place;
  packetLoss = 0;
  readonly activity: Readonly<Activity>;
  readonly #parts: Parts;
  readonly #trace: PacketTrace | undefined;
  #state: State = "on";
  #listener: ((h4: Uint8Array) => void) | undefined;

  constructor(medium: Medium, channels: AdvertisingChannels, options: ControllerOptions) {
    this.address = options.address;
    this.#trace = options.trace;
    this.place = options.place ?? { x: 0, y: 0 };
    const device: Device = { address: addressToWire(options.address), addressType: 0 };
    const host = new HostSide((h4) => this.#toHost(h4));
    const activity: Activity = { advertisingEvents: 0, connectionEvents: 0 };
    this.activity = activity;
    const connections = new Connections(this, host, activity, options.linksMax ?? Number.POSITIVE_INFINITY);
    this.#parts = {
      device,
      host,
      connections,
      advertiser: new Advertiser(medium, channels, this, device, activity, connections),
      scanner: new Scanner(medium, channels, this, host),
      initiator: new Initiator(medium, channels, this, device, host, connections),
    };
  }

  /** What its host sends. A packet that is none is dropped. */
  hostPacket(h4: Uint8Array): void {
    this.#trace?.record("from-host", h4);
    const packet = this.#state === "on" ? parseHostPacket(h4) : undefined;
    if (packet?.kind === "acl") this.#parts.connections.sendData(packet.handle, packet.isContinuation, packet.data);
    if (packet?.kind === "command") this.#runCommand(packet.opcode, packet.parameters);
  }

  /** Sends its packets to this listener alone, from within `hostPacket` too. */
  onPacket(listener: (h4: Uint8Array) => void): void {
    this.#listener = listener;
  }

  /** What the kernel of a real host would answer. */
  get isUp(): boolean {
    return this.#state !== "down";
  }

  /** Stops listening for advertisements, without a word to the host, which believes that it goes on. */
  stopScanningSilently(): void {
    this.#parts.scanner.stop();
  }

  /** Pulled out of its socket: the host gets no event, and `isUp` remains. */
  remove(): void {
    this.#leave("removed");
  }

  /** Switched off (`hciconfig down`, rfkill): `isUp` is false, still without an event. */
  powerDown(): void {
    this.#leave("down");
  }

  /** The firmware crashes: packets of the host are lost, its links die. */
  hang(): void {
    this.#leave("hung");
  }

  /** Works again, as after power-up. */
  recover(): void {
    this.#state = "on";
  }

  #leave(state: State): void {
    this.#state = state;
    resetParts(this.#parts);
  }

  #runCommand(opcode: number, parameters: Uint8Array): void {
    const answer = runCommand(this.#parts, opcode, parameters);
    this.#toHost(
      answer.kind === "complete" ? commandComplete(opcode, answer.parameters) : commandStatus(opcode, answer.status),
    );
    answer.afterwards?.();
  }

  #toHost(h4: Uint8Array): void {
    if (this.#state !== "on") return;
    this.#trace?.record("to-host", h4);
    this.#listener?.(h4);
  }
}
