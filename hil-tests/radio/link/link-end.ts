import type { Station } from "../air/medium.ts";
import type { LinkParameters } from "./parameters.ts";
import { type Pdu, pieces } from "./pdu.ts";

/** The data length of a link on which nobody has asked for more, in bytes (Core Specification, Vol 6 Part B, 4.5.10). */
export const OCTETS_MIN = 27;

/** What a controller wants to know of its end of a link. */
interface LinkListener {
  /** A connection event begins. */
  onEvent(): void;
  onData(isContinuation: boolean, data: Uint8Array): void;
  /** The peer has acknowledged so many more ACL packets of the host. */
  onSent(packets: number): void;
  onUpdate(parameters: LinkParameters): void;
  onLength(octets: number): void;
  /** The link is over for this end, for that reason in the words of HCI. */
  onEnd(reason: number): void;
}

/** One end of a link: what it has to send, and whether it hears the other. */
export class LinkEnd {
  readonly station: Station;
  readonly listener: LinkListener;
  readonly #queue: Pdu[] = [];
  /** The peer has the first of the queue, but this end does not know yet. */
  #isFirstDelivered = false;
  octets = OCTETS_MIN;
  lastHeardMs: number | undefined;
  /** Set when the link is to end for this end as soon as the connection event is over. */
  endReason: number | undefined;

  constructor(station: Station, listener: LinkListener) {
    this.station = station;
    this.listener = listener;
  }

  get hasMore(): boolean {
    return this.#queue.length > 0;
  }

  enqueueData(isContinuation: boolean, data: Uint8Array): void {
    this.#queue.push(...pieces(isContinuation, data, this.octets));
  }

  enqueue(pdu: Pdu): void {
    this.#queue.push(pdu);
  }

  /** What the peer gets of a packet that arrives: nothing if it is empty or a repeat. */
  deliver(): Pdu | undefined {
    const first = this.#isFirstDelivered ? undefined : this.#queue[0];
    if (first) this.#isFirstDelivered = true;
    return first;
  }

  /** The peer's packet has arrived, and with it the acknowledgement of what the peer had got. */
  acknowledge(): Pdu | undefined {
    if (!this.#isFirstDelivered) return undefined;
    this.#isFirstDelivered = false;
    return this.#queue.shift();
  }
}
