import type { Timer } from "../../../protocol/clock.ts";
import { dataChannelMhz, hop } from "../air/channel.ts";
import type { Medium } from "../air/medium.ts";
import { Status } from "../hci/status.ts";
import type { LinkEnd } from "./link-end.ts";
import { intervalMs, type LinkParameters, supervisionMs } from "./parameters.ts";
import type { Pdu } from "./pdu.ts";

/** Events without a sign of the peer after which a new link was never one (Core Specification, Vol 6 Part B, 4.5.2). */
const EVENTS_TO_ESTABLISH = 6;

/** How many events ahead a change of parameters is announced (5.1.1). */
const EVENTS_TO_UPDATE = 6;

/** The time between CONNECT_IND and the first event, at the least. */
const FIRST_EVENT_MS = 1.25;

const HOP_INCREMENT = 7;

/**
 * One connection: events at an interval, in which central and peripheral speak in turn until neither has more, or one
 * does not hear the other. What was not acknowledged is sent again. Each end ends by itself when it hears nothing.
 */
export class Link {
  readonly #medium: Medium;
  #parameters: LinkParameters;
  #central: LinkEnd | undefined;
  #peripheral: LinkEnd | undefined;
  #update: { parameters: LinkParameters; atEvent: number } | undefined;
  #channel = 0;
  #eventCount = 0;
  #timer: Timer | undefined;
  #extraTimer: Timer | undefined;

  constructor(medium: Medium, parameters: LinkParameters) {
    this.#medium = medium;
    this.#parameters = parameters;
  }

  get parameters(): LinkParameters {
    return this.#parameters;
  }

  /** Begins with these ends; without a peripheral if it did not hear the request. */
  start(central: LinkEnd, peripheral: LinkEnd | undefined): void {
    this.#central = central;
    this.#peripheral = peripheral;
    this.#scheduleEvent(this.#medium.clock.monotonicMs() + FIRST_EVENT_MS);
  }

  /** There is something in the queue of one of the ends. */
  wake(): void {
    if (this.#medium.model.delivery === "at-events" || this.#extraTimer) return;
    this.#extraTimer = this.#medium.clock.schedule(0, () => {
      this.#extraTimer = undefined;
      this.#runEvent();
    });
  }

  /** This end is no longer there, and says nothing of it: the other hears by its supervision timeout. */
  abandon(end: LinkEnd): void {
    if (this.#central === end) this.#central = undefined;
    if (this.#peripheral === end) this.#peripheral = undefined;
    if (this.#central || this.#peripheral) return;
    this.#timer?.cancel();
    this.#extraTimer?.cancel();
  }

  /** Strength in dBm of the peer at this end, without fading; undefined if there is no peer any more. */
  strengthDbm(end: LinkEnd): number | undefined {
    const peer = end === this.#central ? this.#peripheral : this.#central;
    return peer && Math.round(this.#medium.meanStrengthDbm(peer.station, end.station));
  }

  #scheduleEvent(atMs: number): void {
    const { clock, model } = this.#medium;
    this.#timer = clock.schedule(atMs - clock.monotonicMs(), () => {
      this.#runEvent();
      const waitMs = Math.min(intervalMs(this.#parameters), model.connectionIntervalMsMax);
      if (this.#central || this.#peripheral) this.#scheduleEvent(atMs + waitMs);
    });
  }

  #runEvent(): void {
    this.#eventCount++;
    for (const end of [this.#central, this.#peripheral]) end?.listener.onEvent();
    this.#applyUpdate();
    this.#channel = hop(this.#channel, HOP_INCREMENT);
    if (this.#exchange(dataChannelMhz(this.#channel)) === "more") this.wake();
    for (const end of [this.#central, this.#peripheral]) if (end) this.#finish(end);
  }

  /** "more": both were heard until the event was full. */
  #exchange(mhz: number): "more" | "over" {
    const [central, peripheral] = [this.#central, this.#peripheral];
    if (!central || !peripheral) return "over";
    for (let round = 0; round < this.#medium.model.packetsPerEventMax; round++) {
      if (!this.#transmit(central, peripheral, mhz)) return "over";
      if (!this.#transmit(peripheral, central, mhz)) return "over";
      if (!central.hasMore && !peripheral.hasMore) return "over";
    }
    return "more";
  }

  /** One packet, empty or not. False if it does not arrive. */
  #transmit(from: LinkEnd, to: LinkEnd, mhz: number): boolean {
    if (this.#medium.carry(from.station, to.station, mhz) === undefined) return false;
    to.lastHeardMs = this.#medium.clock.monotonicMs();
    const acknowledged = to.acknowledge();
    if (acknowledged) this.#onAcknowledged(to, acknowledged);
    const delivered = from.deliver();
    if (delivered) this.#onDelivered(from, to, delivered);
    return true;
  }

  #onAcknowledged(end: LinkEnd, pdu: Pdu): void {
    if (pdu.kind === "data" && pdu.completes) end.listener.onSent(1);
    if (pdu.kind === "terminate") end.endReason = Status.localHostEnded;
  }

  #onDelivered(from: LinkEnd, to: LinkEnd, pdu: Pdu): void {
    switch (pdu.kind) {
      case "data":
        to.listener.onData(pdu.isContinuation, pdu.data);
        return;
      case "terminate":
        to.endReason = pdu.reason;
        return;
      case "update":
        this.#update = { parameters: pdu.parameters, atEvent: this.#eventCount + EVENTS_TO_UPDATE };
        return;
      case "length":
        for (const end of [from, to]) {
          end.octets = pdu.octets;
          end.listener.onLength(pdu.octets);
        }
    }
  }

  #applyUpdate(): void {
    if (!this.#update || this.#eventCount < this.#update.atEvent) return;
    this.#parameters = this.#update.parameters;
    this.#update = undefined;
    for (const end of [this.#central, this.#peripheral]) end?.listener.onUpdate(this.#parameters);
  }

  #finish(end: LinkEnd): void {
    const reason = end.endReason ?? this.#silenceReason(end);
    if (reason === undefined) return;
    this.abandon(end);
    end.listener.onEnd(reason);
  }

  #silenceReason({ lastHeardMs }: LinkEnd): number | undefined {
    const nowMs = this.#medium.clock.monotonicMs();
    if (lastHeardMs === undefined)
      return this.#eventCount >= EVENTS_TO_ESTABLISH ? Status.failedToEstablish : undefined;
    return nowMs - lastHeardMs >= supervisionMs(this.#parameters) ? Status.connectionTimeout : undefined;
  }
}
