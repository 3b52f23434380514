import type { Station } from "../air/medium.ts";
import type { Link } from "../link/link.ts";
import type { LinkEnd } from "../link/link-end.ts";

/** A device as HCI names it: its address, six bytes as on the wire, and the address's type. */
export interface Device {
  readonly address: Uint8Array;
  /** 0 public, 1 random. */
  readonly addressType: number;
}

/** One advertising event: the same on each channel. */
export interface Advertisement {
  readonly from: Station;
  readonly device: Device;
  /** ADV_IND is connectable and scannable, ADV_SCAN_IND scannable, ADV_NONCONN_IND neither. */
  readonly kind: "connectable" | "scannable" | "non-connectable";
  /** Up to 31 bytes. */
  readonly data: Uint8Array;
  readonly scanResponse: Uint8Array;
  /** CONNECT_IND has arrived. The advertiser's end of the link, or undefined if it will have no link (any more). */
  accept(link: Link, central: Device): LinkEnd | undefined;
}
