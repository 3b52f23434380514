import type { Clock } from "../../../protocol/clock.ts";
import { isFragment } from "../../ble/testing/att.ts";
import type { Meddle } from "../../ble/testing/virtual-adapters.ts";

/** When the parts of an unlock began, in milliseconds since the tap; a part that there was not begins with the next. */
export interface Tap {
  /** The gateway has heard the lock, and asks its adapter to connect. */
  readonly connectAtMs: number;
  /** The adapter has connected; the gateway looks for the lock's service and subscribes. */
  readonly discoverAtMs: number;
  /** The first byte of LK1 goes out. */
  readonly talkAtMs: number;
  /** The bolt begins to move. */
  readonly boltAtMs: number;
}

const LE_CREATE_CONNECTION = [0x01, 0x0d, 0x20];
const LE_META_EVENT = [0x04, 0x3e];
const CONNECTION_COMPLETE = 0x01;

/** Sees from what passes between the gateway and its adapter how far an unlock has come. */
export class TapWatch {
  readonly #clock: Clock;
  #tappedAtMs = 0;
  #connectAtMs: number | undefined;
  #discoverAtMs: number | undefined;
  #talkAtMs: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  begin(): void {
    this.#tappedAtMs = this.#clock.monotonicMs();
    this.#connectAtMs = undefined;
    this.#discoverAtMs = undefined;
    this.#talkAtMs = undefined;
  }

  /** The bolt begins to move now. */
  end(): Tap {
    const boltAtMs = this.#sinceTap();
    const talkAtMs = this.#talkAtMs ?? boltAtMs;
    const discoverAtMs = this.#discoverAtMs ?? talkAtMs;
    return { connectAtMs: this.#connectAtMs ?? discoverAtMs, discoverAtMs, talkAtMs, boltAtMs };
  }

  /** Looks at a packet and lets it pass. */
  readonly see: Meddle = (h4, direction) => {
    if (this.#talkAtMs === undefined) {
      if (begins(h4, LE_CREATE_CONNECTION)) this.#connectAtMs ??= this.#sinceTap();
      if (begins(h4, LE_META_EVENT) && h4[3] === CONNECTION_COMPLETE) this.#discoverAtMs = this.#sinceTap();
      if (direction === "to-controller" && isFragment(h4)) this.#talkAtMs = this.#sinceTap();
    }
    return [h4];
  };

  #sinceTap(): number {
    return this.#clock.monotonicMs() - this.#tappedAtMs;
  }
}

function begins(h4: Uint8Array, start: readonly number[]): boolean {
  return start.every((byte, at) => h4[at] === byte);
}
