import { opensslSuite } from "../../../crypto/openssl.ts";
import type { LocalIssuer } from "../../../gateway/issuer/local-issuer.ts";
import type { Database } from "../../../gateway/store/database.ts";
import { toHex } from "../../../protocol/wire/bytes.ts";

const HASH_CHARACTERS = 24;

/** Every row of every table, hashed; without the mark of the last start, which no promise depends on. */
export function contentHash(database: Database): string {
  const tables = database.all<{ name: string }>(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'last_start' ORDER BY name",
  );
  const rows = tables.map(({ name }) => [name, database.all(`SELECT * FROM "${name}"`).map(asText).sort()]);
  return toHex(opensslSuite.sha256(new TextEncoder().encode(JSON.stringify(rows)))).slice(0, HASH_CHARACTERS);
}

/** Which keys these are: by their public halves. */
export function keysOf({ publicKey, operator }: LocalIssuer): string {
  return `${toHex(publicKey)}-${toHex(operator.publicKey)}`;
}

function asText(row: unknown): string {
  return JSON.stringify(row, (_, value) => (value instanceof Uint8Array ? toHex(value) : value));
}
