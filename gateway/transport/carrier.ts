import { formatVia, type Via } from "./via.ts";

/** On the radio, several locks are connected at a time; a place is left for whoever opens a door. */
const RADIO_TURNS = 4;

/** What locks share so that only some can talk at the same time. */
export interface SharedCarrier {
  readonly name: string;
  readonly together: number;
}

/** A serial line serves one lock at a time; on TCP each lock has a connection of its own. */
export function carrierOf(via: Via): SharedCarrier {
  switch (via.kind) {
    case "serial":
      return { name: formatVia({ ...via, address: 0 }), together: 1 };
    case "tcp":
      return { name: formatVia(via), together: 1 };
    case "ble":
      return { name: "ble", together: RADIO_TURNS };
  }
}
