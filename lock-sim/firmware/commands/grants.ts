import { type Grant, parseGrant } from "../../../protocol/documents/grant.ts";
import type { Command } from "../../../protocol/wire/commands.ts";
import { Reason } from "../../../protocol/wire/reason.ts";
import { GRANT_LIST_ENTRIES_MAX, type GrantListEntry, type Response } from "../../../protocol/wire/responses.ts";
import type { Parts } from "../parts.ts";
import { refuse } from "./refuse.ts";

type Of<N extends Command["name"]> = Extract<Command, { name: N }>;

const SHORT_HASH_BYTES = 8;

/**
 * Into the staging copy. The roster's digest vouches for the grants: no signature is looked at here (protocol.md §7).
 */
export function grantPut({ table, suite, stagedPins }: Parts, { grants }: Of<"grantPut">): Response<"grantPut"> {
  const parsed: Grant[] = [];
  for (const document of grants) {
    const grant = parseGrant(suite, document);
    if (!grant.ok) return refuse(grant.reason);
    parsed.push(grant.value);
  }
  if (!table.staging) return refuse(Reason.notFound);
  const entries = parsed.map(({ claims, document }) => ({ cti: claims.id, document }));
  const havePinsRoom = stagedPins.haveRoomFor(parsed.map(({ claims }) => claims));
  if (!havePinsRoom || !table.hasRoomFor(entries)) return refuse(Reason.tableFull);
  for (const { claims, document } of parsed) {
    table.put(claims.id, document);
    stagedPins.put(claims);
  }
  return { ok: true, value: {} };
}

export function grantDrop({ table, stagedPins }: Parts, { ids }: Of<"grantDrop">): Response<"grantDrop"> {
  if (!table.staging) return refuse(Reason.notFound);
  for (const id of ids) {
    table.drop(id);
    stagedPins.drop(id);
  }
  return { ok: true, value: {} };
}

/** Of the staging copy if one is open, else of the table: what a gateway need not send. */
export function grantList({ table, suite }: Parts, { after }: Of<"grantList">): Response<"grantList"> {
  const listed: GrantListEntry[] = [];
  const grants = table.staging ?? table.active;
  for (const { cti, document } of grants?.entries(after) ?? []) {
    if (listed.length === GRANT_LIST_ENTRIES_MAX) break;
    listed.push({ id: cti, shortHash: suite.sha256(document).slice(0, SHORT_HASH_BYTES) });
  }
  return { ok: true, value: { entries: listed } };
}
