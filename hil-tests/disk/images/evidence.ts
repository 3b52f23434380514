import { opensslSuite } from "../../../crypto/openssl.ts";
import type { LocalIssuer } from "../../../gateway/issuer/local-issuer.ts";
import type { Database } from "../../../gateway/store/database.ts";
import { toHex } from "../../../protocol/wire/bytes.ts";

const HASH_CHARACTERS = 24;

/** A start on a database that was put back, as an image is, ends every RMS; no promise depends on them, nor on the start's mark. */
const ENDED_BY_START = new Set(["rms", "rms_since_n", "rms_since_ms"]);

/** Every row of every table, hashed; without what a start changes by itself. */
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
  return JSON.stringify(row, (key, value) => {
    if (ENDED_BY_START.has(key)) return undefined;
    return value instanceof Uint8Array ? toHex(value) : value;
  });
}
