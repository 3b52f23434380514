import { leEvent } from "../hci/event.ts";

/** LE events that a controller sends after a reset (Core Specification, Vol 4 Part E, 7.8.1). */
const DEFAULT_LE_EVENTS = 0x1f;

/** Where a controller's packets for its host go. */
export class HostSide {
  readonly #send: (h4: Uint8Array) => void;
  #leEvents = DEFAULT_LE_EVENTS;

  constructor(send: (h4: Uint8Array) => void) {
    this.#send = send;
  }

  send(h4: Uint8Array): void {
    this.#send(h4);
  }

  /** Sends an LE event if the host has asked for such. */
  sendLe(subevent: number, ...parameters: Uint8Array[]): void {
    if ((this.#leEvents >> (subevent - 1)) & 1) this.#send(leEvent(subevent, ...parameters));
  }

  /** One bit for each subevent code, 1 the lowest; those above 8 do not exist here. */
  selectLeEvents(mask: number): void {
    this.#leEvents = mask;
  }

  reset(): void {
    this.#leEvents = DEFAULT_LE_EVENTS;
  }
}
