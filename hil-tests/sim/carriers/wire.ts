import type { OpenSerialLine, SerialLineEvents } from "../../../gateway/transport/serial-bus.ts";
import { concat } from "../../../protocol/wire/bytes.ts";
import { encodeSerialFrame, SerialFrameDecoder } from "../../../protocol/wire/serial-frame.ts";
import type { FaultKind } from "../faults/kinds.ts";
import type { LinkParts } from "./link.ts";
import { faultShareOf } from "./rare-frames.ts";

const BITS_PER_BYTE = 10;
export const BAUD = 38_400;

/** A serial line byte by byte: a gateway's port at one end, a lock at each address, and everybody's framing in between. */
export class Wire {
  readonly #stations = new Map<number, Station>();
  /** Hears the master without any fault: whatever comes out at a lock, this is what was sent. */
  readonly #sent = new SerialFrameDecoder();
  #port: { events: SerialLineEvents } | undefined;
  isCut = false;

  place(address: number, parts: LinkParts): void {
    this.#stations.set(address, new Station(address, parts, (bytes) => this.#toMaster(bytes)));
  }

  /** The gateway's end. A second one takes the port from the first, whose process has gone. */
  readonly open: OpenSerialLine = async (events) => {
    const port = { events };
    this.#port = port;
    return {
      write: (bytes) => {
        if (this.#port === port) this.#toStations(bytes);
      },
      close: async () => {
        if (this.#port === port) this.#port = undefined;
      },
    };
  };

  /** The gateway's process is gone: nobody reads or writes there any more. */
  abandon(): void {
    this.#port = undefined;
  }

  /** The adapter is pulled out. */
  unplug(): void {
    const port = this.#port;
    this.#port = undefined;
    port?.events.lost();
  }

  #toStations(bytes: Uint8Array): void {
    for (const { address, frame } of this.#sent.push(bytes)) this.#stations.get(address)?.tellOf(frame);
    for (const station of this.#stations.values()) if (!this.isCut) station.hear(bytes);
  }

  #toMaster(bytes: Uint8Array): void {
    if (!this.isCut) this.#port?.events.bytes(bytes);
  }
}

/** One lock on the line. */
class Station {
  readonly #address: number;
  readonly #parts: LinkParts;
  readonly #answer: (bytes: Uint8Array) => void;
  readonly #decoder = new SerialFrameDecoder();
  #connection: number | undefined;
  /** What the master sends at the moment. */
  #request = new Uint8Array();

  constructor(address: number, parts: LinkParts, answer: (bytes: Uint8Array) => void) {
    this.#address = address;
    this.#parts = parts;
    this.#answer = answer;
  }

  /** The master sends this frame to the lock. */
  tellOf(frame: Uint8Array): void {
    const { index, tell } = this.#parts;
    this.#request = Uint8Array.from(frame);
    tell({ kind: "frame", lock: index, by: "gateway", bytes: frame });
  }

  /** Bytes of the master's, after the time that they take. */
  hear(bytes: Uint8Array): void {
    this.#carry(this.#request, bytes, (arrived) => {
      for (const { address, frame } of this.#decoder.push(arrived)) if (address === this.#address) this.#take(frame);
    });
  }

  #take(frame: Uint8Array): void {
    const { lock, index, tell } = this.#parts;
    this.#connection ??= lock.connect({
      send: (reply) => {
        tell({ kind: "frame", lock: index, by: "lock", bytes: reply });
        this.#carry(reply, encodeSerialFrame(this.#address, reply), this.#answer);
      },
      close: () => {
        this.#connection = undefined;
      },
    });
    if (this.#connection !== undefined) lock.receive(this.#connection, frame);
  }

  /** `bytes` are the frame as it goes over the wire. */
  #carry(frame: Uint8Array, bytes: Uint8Array, arrive: (bytes: Uint8Array) => void): void {
    const { clock } = this.#parts;
    const wireMs = Math.ceil((bytes.length * BITS_PER_BYTE * 1_000) / BAUD);
    const arrived = this.#damaged(frame, bytes);
    clock.schedule(wireMs, () => arrive(arrived));
  }

  #damaged(frame: Uint8Array, bytes: Uint8Array): Uint8Array {
    const { chance } = this.#parts;
    const fault = this.#fault(frame);
    const at = fault ? chance.below(bytes.length) : 0;
    const count = fault ? chance.between(1, 8) : 0;
    switch (fault) {
      case "bytes-corrupted":
        return bytes.map((byte, i) => (i === at ? byte ^ (1 << chance.below(8)) : byte));
      case "bytes-lost":
        return bytes.filter((_, i) => i < at || i >= at + count);
      case "bytes-inserted":
        return concat(bytes.subarray(0, at), chance.bytes(count), bytes.subarray(at));
      case "frame-repeated":
        return concat(bytes, bytes);
      default:
        return bytes;
    }
  }

  #fault(frame: Uint8Array): FaultKind | undefined {
    const { chance, faultShare, faults, tell, index } = this.#parts;
    if (!chance.happens(faultShareOf(frame, faultShare))) return undefined;
    const fault = chance.pick(["bytes-corrupted", "bytes-lost", "bytes-inserted", "frame-repeated"] as const);
    if (!faults.has(fault)) return undefined;
    tell({ kind: "fault", fault, lock: index });
    return fault;
  }
}
