import { fromHex } from "../protocol/wire/bytes.ts";
import type { Table } from "./config-table.ts";
import type { FleetConfig } from "./fleet/open-fleet.ts";

const KINDS = ["local", "remote"] as const;
const SHARE_MAX_PERCENT = 50;

/** Reads `issuer` and `[fleet]`; undefined where the gateway is its own issuer. Throws ConfigError. */
export function fleetConfig(root: Table): FleetConfig | undefined {
  const kind = root.oneOf("issuer", KINDS, "local");
  switch (kind) {
    case "local":
      if (root.has("fleet")) throw root.wrong("fleet", 'is for a gateway whose issuer is elsewhere: issuer = "remote"');
      return undefined;
    case "remote": {
      const fleet = root.table("fleet", ["issuer_key", "revoke_share_max_percent"]);
      return {
        issuerKey: issuerKey(fleet),
        revokeShareMaxPercent: fleet.wholeNumber("revoke_share_max_percent", SHARE_MAX_PERCENT, { min: 0, max: 100 }),
      };
    }
  }
}

/** Whether it is a point on the curve is seen at the start. */
function issuerKey(fleet: Table): Uint8Array {
  const text = fleet.text("issuer_key");
  if (/^0[23][0-9a-f]{64}$/.test(text)) return fromHex(text);
  throw fleet.wrong("issuer_key", "must be the issuer's public key: 66 hexadecimal digits that begin with 02 or 03");
}
