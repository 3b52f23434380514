import { concat } from "../../../protocol/wire/bytes.ts";
import type { Device } from "../advertising/advertisement.ts";
import type { Station } from "../air/medium.ts";
import { dataBufferOverflow, disconnectionComplete, LeEvent, numberOfCompletedPackets } from "../hci/event.ts";
import { uint16 } from "../hci/little-endian.ts";
import { aclToHost } from "../hci/packet.ts";
import { Status } from "../hci/status.ts";
import type { Link } from "../link/link.ts";
import { LinkEnd } from "../link/link-end.ts";
import type { LinkParameters } from "../link/parameters.ts";
import type { Activity } from "./activity.ts";
import type { HostSide } from "./host-side.ts";

type Role = "central" | "peripheral";

/** One link as its host sees it. */
export interface Connection {
  readonly handle: number;
  readonly role: Role;
  readonly peer: Device;
  readonly link: Link;
  readonly end: LinkEnd;
  /** ACL packets of the host that the peer has not acknowledged. */
  unacknowledged: number;
}

/** ACL packets that the controller keeps for its host, over all links, and the longest one. */
export const ACL_PACKETS_MAX = 8;
export const ACL_BYTES_MAX = 251;

/** Microseconds that a packet of so many bytes takes at 1 Mbit/s (Core Specification, Vol 6 Part B, 4.5.10). */
const MICROSECONDS_PER_OCTET = 8;
const OVERHEAD_OCTETS = 14;

const FIRST_HANDLE = 0x40;
const LAST_HANDLE = 0xeff;

/** The links of one controller, by the handle that its host knows. */
export class Connections {
  readonly #station: Station;
  readonly #host: HostSide;
  readonly #activity: Activity;
  readonly #linksMax: number;
  readonly #byHandle = new Map<number, Connection>();
  #nextHandle = FIRST_HANDLE;

  constructor(station: Station, host: HostSide, activity: Activity, linksMax: number) {
    this.#station = station;
    this.#host = host;
    this.#activity = activity;
    this.#linksMax = linksMax;
  }

  get isFull(): boolean {
    return this.#byHandle.size >= this.#linksMax;
  }

  all(): Connection[] {
    return [...this.#byHandle.values()];
  }

  get(handle: number): Connection | undefined {
    return this.#byHandle.get(handle);
  }

  /** Tells the host of a new link. Whoever opens both ends starts the link. */
  open(role: Role, link: Link, peer: Device): LinkEnd {
    const handle = this.#freeHandle();
    const end = new LinkEnd(this.#station, {
      onEvent: () => {
        this.#activity.connectionEvents++;
      },
      onData: (isContinuation, data) => this.#host.send(aclToHost(handle, isContinuation, data)),
      onSent: (packets) => {
        connection.unacknowledged -= packets;
        this.#host.send(numberOfCompletedPackets(handle, packets));
      },
      onUpdate: (parameters) =>
        this.#host.sendLe(LeEvent.connectionUpdateComplete, success(handle), parametersToWire(parameters)),
      onLength: (octets) => this.#host.sendLe(LeEvent.dataLengthChange, uint16(handle), lengths(octets)),
      onEnd: (reason) => {
        this.#byHandle.delete(handle);
        this.#host.send(disconnectionComplete(handle, reason));
      },
    });
    const connection: Connection = { handle, role, peer, link, end, unacknowledged: 0 };
    this.#byHandle.set(handle, connection);
    this.#host.sendLe(
      LeEvent.connectionComplete,
      success(handle),
      Uint8Array.of(role === "central" ? 0 : 1, peer.addressType),
      peer.address,
      parametersToWire(link.parameters),
      Uint8Array.of(0),
    );
    return end;
  }

  /** ACL data of the host; for a handle that is no more it is dropped, as it may have been on its way. */
  sendData(handle: number, isContinuation: boolean, data: Uint8Array): void {
    const connection = this.#byHandle.get(handle);
    if (!connection) return;
    const inUse = this.all().reduce((sum, { unacknowledged }) => sum + unacknowledged, 0);
    if (inUse >= ACL_PACKETS_MAX || data.length > ACL_BYTES_MAX) {
      this.#host.send(dataBufferOverflow());
      return;
    }
    connection.unacknowledged++;
    connection.end.enqueueData(isContinuation, data);
    connection.link.wake();
  }

  /** All links are gone for this controller; the peers hear nothing of it, and neither does the host. */
  abandonAll(): void {
    for (const { link, end } of this.#byHandle.values()) link.abandon(end);
    this.#byHandle.clear();
  }

  /** Handles come round late, as those of most controllers: what is said of an old link meets no new one. */
  #freeHandle(): number {
    while (this.#byHandle.has(this.#nextHandle)) this.#nextHandle = this.#after(this.#nextHandle);
    const handle = this.#nextHandle;
    this.#nextHandle = this.#after(handle);
    return handle;
  }

  #after(handle: number): number {
    return handle === LAST_HANDLE ? FIRST_HANDLE : handle + 1;
  }
}

/** The largest data length and its time, as commands and events give them. */
export function lengthAndTime(octets: number): Uint8Array {
  return concat(uint16(octets), uint16((octets + OVERHEAD_OCTETS) * MICROSECONDS_PER_OCTET));
}

function lengths(octets: number): Uint8Array {
  return concat(lengthAndTime(octets), lengthAndTime(octets));
}

function success(handle: number): Uint8Array {
  return concat(Uint8Array.of(Status.success), uint16(handle));
}

function parametersToWire({ interval, latency, supervisionTimeout }: LinkParameters): Uint8Array {
  return concat(uint16(interval), uint16(latency), uint16(supervisionTimeout));
}
