import assert from "node:assert/strict";
import type { Suite } from "../../crypto/suite.ts";
import { grantId } from "../../protocol/documents/grant.ts";
import { equalBytes, toHex } from "../../protocol/wire/bytes.ts";
import type { GrantListEntry } from "../../protocol/wire/responses.ts";

/** What it takes to make a lock's copy of the table the wanted one. */
export interface TableDifference {
  /** Ids of grants that must go. */
  surplus: Uint8Array[];
  /** Whole grants that must come, those that have changed among them: putting again replaces. */
  missing: Uint8Array[];
}

/** Compares the wanted grants with what GRANT LIST tells of a lock's copy: ids, and 8 bytes of each grant's hash (protocol.md §6). */
export function compareTables(
  suite: Suite,
  wanted: readonly Uint8Array[],
  listed: readonly GrantListEntry[],
): TableDifference {
  const hashes = new Map(listed.map(({ id, shortHash }) => [toHex(id), shortHash]));
  const wantedIds = new Set<string>();
  const missing = wanted.filter((grant) => {
    const id = grantId(grant);
    assert(id.ok, "our own grants have ids");
    wantedIds.add(toHex(id.value));
    const there = hashes.get(toHex(id.value));
    return !there || !equalBytes(there, suite.sha256(grant).subarray(0, there.length));
  });
  return { surplus: listed.map(({ id }) => id).filter((id) => !wantedIds.has(toHex(id))), missing };
}
