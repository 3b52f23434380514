import { concat, equalBytes } from "../../../protocol/wire/bytes.ts";
import type { Advertisement, Device } from "../advertising/advertisement.ts";
import type { AdvertisingChannels, Listener } from "../advertising/advertising-channels.ts";
import { ListeningWindow } from "../advertising/listening-window.ts";
import type { Medium, Station } from "../air/medium.ts";
import { LeEvent } from "../hci/event.ts";
import { uint16 } from "../hci/little-endian.ts";
import { Status } from "../hci/status.ts";
import { Link } from "../link/link.ts";
import type { LinkParameters } from "../link/parameters.ts";
import type { Connections } from "./connections.ts";
import type { HostSide } from "./host-side.ts";

/** What LE Create Connection asks for. */
interface ConnectionRequest {
  readonly peer: Device;
  readonly intervalMs: number;
  readonly windowMs: number;
  readonly parameters: LinkParameters;
}

/** Waits for one device to advertise and connects to it; without end, unless the host cancels. */
export class Initiator implements Listener {
  readonly station: Station;
  readonly #medium: Medium;
  readonly #channels: AdvertisingChannels;
  readonly #device: Device;
  readonly #host: HostSide;
  readonly #connections: Connections;
  #pending: { request: ConnectionRequest; window: ListeningWindow; leaveChannels: () => void } | undefined;

  constructor(
    medium: Medium,
    channels: AdvertisingChannels,
    station: Station,
    device: Device,
    host: HostSide,
    connections: Connections,
  ) {
    this.#medium = medium;
    this.#channels = channels;
    this.station = station;
    this.#device = device;
    this.#host = host;
    this.#connections = connections;
  }

  get isPending(): boolean {
    return this.#pending !== undefined;
  }

  start(request: ConnectionRequest): void {
    const window = new ListeningWindow(this.#medium.clock, request.intervalMs, request.windowMs);
    this.#pending = { request, window, leaveChannels: this.#channels.listen(this) };
  }

  /** Tells the host that there will be no connection. */
  cancel(): void {
    const peer = this.#pending?.request.peer;
    if (!peer) return;
    this.reset();
    this.#host.sendLe(LeEvent.connectionComplete, cancelled(peer));
  }

  reset(): void {
    this.#pending?.leaveChannels();
    this.#pending = undefined;
  }

  listensOnMhz(): number | undefined {
    return this.#pending?.window.nowMhz();
  }

  hear(advertisement: Advertisement, _strengthDbm: number, mhz: number): void {
    const request = this.#pending?.request;
    if (!request || advertisement.kind !== "connectable" || !isSame(request.peer, advertisement.device)) return;
    this.reset();
    const link = new Link(this.#medium, request.parameters);
    // The central takes the link for made when it has sent CONNECT_IND, whether or not that is heard.
    const central = this.#connections.open("central", link, advertisement.device);
    const isHeard = this.#medium.carry(this.station, advertisement.from, mhz) !== undefined;
    link.start(central, isHeard ? advertisement.accept(link, this.#device) : undefined);
  }
}

function isSame(a: Device, b: Device): boolean {
  return a.addressType === b.addressType && equalBytes(a.address, b.address);
}

function cancelled(peer: Device): Uint8Array {
  return concat(
    Uint8Array.of(Status.unknownConnection),
    uint16(0),
    Uint8Array.of(0, peer.addressType),
    peer.address,
    uint16(0),
    uint16(0),
    uint16(0),
    Uint8Array.of(0),
  );
}
