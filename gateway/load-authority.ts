import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Suite } from "../crypto/suite.ts";
import type { Random } from "../protocol/random.ts";
import { type FleetConfig, openFleet } from "./fleet/open-fleet.ts";
import type { Authority } from "./issuer/authority.ts";
import { KeyFileError } from "./issuer/key-file.ts";
import { LocalIssuer } from "./issuer/local-issuer.ts";
import type { Database } from "./store/database.ts";
import { KeyChangeStore } from "./store/key-change-store.ts";
import { SecretStore } from "./store/secret-store.ts";

const KEY_FILES = ["issuer.key", "issuer-next.key", "operator.key"];

/**
 * The gateway's own keys, or without any the issuer that the configuration names. Rejects with KeyFileError, also if the
 * directory of a gateway whose issuer is elsewhere holds a key that opens doors; or with StoreError.
 */
export async function loadAuthority(
  parts: { suite: Suite; random: Random; database: Database; directory: string },
  fleet: FleetConfig | undefined,
): Promise<Authority> {
  const { suite, random, database, directory } = parts;
  if (!fleet) {
    const issuer = LocalIssuer.load(directory, suite, random, new KeyChangeStore(database));
    return { kind: "local", issuer, operator: issuer.operator, keys: issuer.keys };
  }
  const keyFile = KEY_FILES.map((name) => join(directory, name)).find((path) => existsSync(path));
  if (keyFile !== undefined) {
    throw new KeyFileError(
      `${keyFile} opens doors, and a gateway whose issuer is elsewhere must hold no such key: move it to the issuer`,
    );
  }
  if (!new SecretStore(database).isEmpty) {
    throw new KeyFileError(
      `${directory} holds the secrets of tags and PINs: move it to the issuer, and begin with an empty one`,
    );
  }
  if (!suite.isP256PublicKey(fleet.issuerKey)) throw new KeyFileError("fleet.issuer_key is no point on P-256");
  return openFleet(parts, fleet);
}
