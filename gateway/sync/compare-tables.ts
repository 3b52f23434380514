import { equalBytes, toHex } from "../../protocol/wire/bytes.ts";
import type { GrantListEntry } from "../../protocol/wire/responses.ts";
import type { GrantEntry, TableChanges } from "../store/roster-store.ts";

/** Compares the wanted grants with what GRANT LIST tells of a lock's copy: ids, and 8 bytes of each grant's hash (protocol.md §6). */
export function compareTables(wanted: readonly GrantEntry[], listed: readonly GrantListEntry[]): TableChanges {
  const hashes = new Map(listed.map(({ id, shortHash }) => [toHex(id), shortHash]));
  const wantedIds = new Set(wanted.map(({ id }) => id));
  return {
    // Putting again replaces.
    put: wanted.filter(({ id, hash }) => {
      const there = hashes.get(id);
      return !there || !equalBytes(there, hash.subarray(0, there.length));
    }),
    drop: [...hashes.keys()].filter((id) => !wantedIds.has(id)),
  };
}
