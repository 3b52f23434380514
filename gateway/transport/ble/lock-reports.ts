import { findBeacon } from "../../../protocol/wire/beacon.ts";
import { concat, toHex, uint8 } from "../../../protocol/wire/bytes.ts";

/** H4: packet type, event code and parameter length; then the LE event's code and how many reports it has. */
const EVENT = 0x04;
const LE_META = 0x3e;
const SUBEVENT_AT = 3;
const REPORTS_AT = 5;
const ADDRESS_BYTES = 6;

/** Where things stand in one report, whose data come last but for `tailBytes`. */
interface Layout {
  readonly addressAt: number;
  readonly dataLengthAt: number;
  readonly tailBytes: number;
}

/** Advertising reports, legacy and extended (Core Specification, Vol 4 Part E, 7.7.65.2 and 7.7.65.13). */
const LAYOUTS: Readonly<Record<number, Layout>> = {
  2: { addressAt: 2, dataLengthAt: 8, tailBytes: 1 },
  13: { addressAt: 3, dataLengthAt: 23, tailBytes: 0 },
};

/** As many as a gateway in a large building hears of locks, several times over. */
const ADDRESSES_MAX = 2_000;

/**
 * What noble gets to know of advertisements: those of locks, and of these nothing but what makes them a lock's. noble remembers every
 * address for good, of which phones in a street have a new one each quarter of an hour, and writes a line to the console for each
 * advertisement that is malformed.
 */
export class LockReports {
  readonly #addresses = new Set<string>();

  /** So many addresses claim to be locks that no other is let through. */
  get isFull(): boolean {
    return this.#addresses.size >= ADDRESSES_MAX;
  }

  /** The H4 packet that shall take the place of this one; undefined if nothing of it is left. */
  pass(h4: Uint8Array): Uint8Array | undefined {
    const layout = h4[0] === EVENT && h4[1] === LE_META ? LAYOUTS[h4[SUBEVENT_AT] ?? 0] : undefined;
    if (!layout) return h4;
    const reports: Uint8Array[] = [];
    for (let at = REPORTS_AT; at < h4.length; ) {
      const dataAt = at + layout.dataLengthAt + 1;
      const tailAt = dataAt + (h4[dataAt - 1] ?? 0);
      const end = tailAt + layout.tailBytes;
      if (end > h4.length) break;
      const address = toHex(h4.subarray(at + layout.addressAt, at + layout.addressAt + ADDRESS_BYTES));
      const beacon = findBeacon(h4.subarray(dataAt, tailAt));
      if (beacon && this.#admits(address)) {
        const head = h4.subarray(at, dataAt - 1);
        reports.push(concat(head, uint8(beacon.length), beacon, h4.subarray(tailAt, end)));
      }
      at = end;
    }
    if (reports.length === 0) return undefined;
    const parameters = concat(h4.subarray(SUBEVENT_AT, SUBEVENT_AT + 1), uint8(reports.length), ...reports);
    return concat(Uint8Array.of(EVENT, LE_META, parameters.length), parameters);
  }

  #admits(address: string): boolean {
    if (!this.#addresses.has(address) && this.isFull) return false;
    this.#addresses.add(address);
    return true;
  }
}
