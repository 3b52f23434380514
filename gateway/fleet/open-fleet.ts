import type { Random } from "../../protocol/random.ts";
import type { Authority } from "../issuer/authority.ts";
import type { Database } from "../store/database.ts";
import { FleetStore } from "../store/fleet-store.ts";

const GATEWAY_ID_BYTES = 8;

/** What the configuration says of a fleet. */
export interface FleetConfig {
  /** Compressed point, 33 bytes. */
  issuerKey: Uint8Array;
  /** Of a lock's grants, and of all locks' within an hour, that may be revoked without a person being asked. */
  revokeShareMaxPercent: number;
}

/** The authority of a gateway whose issuer is elsewhere; its id is drawn at the first start. Rejects with StoreError. */
export async function openFleet(
  { database, random }: { database: Database; random: Random },
  { issuerKey, revokeShareMaxPercent }: FleetConfig,
): Promise<Extract<Authority, { kind: "remote" }>> {
  const store = new FleetStore(database);
  await database.write(() => store.configure(issuerKey, random.bytes(GATEWAY_ID_BYTES)));
  return { kind: "remote", issuerPk: issuerKey, gatewayId: store.gatewayId, revokeShareMaxPercent };
}
