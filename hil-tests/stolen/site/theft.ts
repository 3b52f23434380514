import type { CloudEvent } from "../../../gateway/uplink/cloud-event.ts";
import type { SlotKeys } from "./carrier.ts";
import type { Grants } from "./cast.ts";
import type { DoorImage } from "./door.ts";
import type { IssuedRoster, IssuerBooks } from "./issuer.ts";
import type { People } from "./people.ts";

/** A frame that went over the stolen gateway's radio, and what the lock answered. */
export interface HeardFrame {
  readonly lockId: string;
  readonly request: Uint8Array;
  readonly reply: Uint8Array | undefined;
}

/** What lies on the stolen gateway's disk and in its memory, and all that ever went through its hands. */
export interface Loot {
  /** The files of its data directory, one after another. */
  readonly disk: Uint8Array;
  /** Keys that its process derived while it ran. */
  readonly memory: readonly Uint8Array[];
  /** By lock id. */
  readonly slots: ReadonlyMap<string, SlotKeys>;
  readonly gatewayId: Uint8Array;
  readonly issuerPk: Uint8Array;
  readonly rosters: readonly IssuedRoster[];
  readonly orders: readonly Uint8Array[];
  readonly tokens: readonly Uint8Array[];
  readonly receipts: readonly Uint8Array[];
  readonly events: readonly CloudEvent[];
  readonly frames: readonly HeardFrame[];
}

/** The site at the moment of the theft: the locks as they are, what is in whose hands, and the issuer's own books. */
export interface Theft {
  readonly atMs: number;
  readonly doors: { readonly front: DoorImage; readonly laundry: DoorImage; readonly flat: DoorImage };
  readonly loot: Loot;
  readonly issuer: IssuerBooks;
  readonly people: People;
  readonly grants: Grants;
  /** The second gateway of the front door, which nobody has stolen. */
  readonly office: { readonly id: Uint8Array; readonly keys: SlotKeys };
  /** By grant id: how often it was used where it has `uses`. */
  readonly usedBefore: ReadonlyMap<string, number>;
  /** By door id: when an honest token or P3 set its clock last, seconds since 1970. */
  readonly clockSetAt: ReadonlyMap<string, number>;
}
