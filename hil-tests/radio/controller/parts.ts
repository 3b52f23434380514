import type { Device } from "../advertising/advertisement.ts";
import type { Advertiser } from "./advertiser.ts";
import type { Connections } from "./connections.ts";
import type { HostSide } from "./host-side.ts";
import type { Initiator } from "./initiator.ts";
import type { Scanner } from "./scanner.ts";

/** What the commands of a host act upon. */
export interface Parts {
  readonly device: Device;
  readonly host: HostSide;
  readonly connections: Connections;
  readonly advertiser: Advertiser;
  readonly scanner: Scanner;
  readonly initiator: Initiator;
}

/** As after HCI Reset: no word to the host, and none to the peers of its links. */
export function resetParts({ host, connections, advertiser, scanner, initiator }: Parts): void {
  connections.abandonAll();
  advertiser.reset();
  scanner.reset();
  initiator.reset();
  host.reset();
}
