import type { Suite } from "../../crypto/suite.ts";
import { granted } from "../../gateway/link/lock-disagrees.ts";
import type { GrantEntry } from "../../gateway/store/roster-store.ts";
import { compareTables } from "../../gateway/sync/compare-tables.ts";
import { grantId } from "../../protocol/documents/grant.ts";
import { parseRoster } from "../../protocol/documents/roster.ts";
import { equalBytes, fromHex, toHex } from "../../protocol/wire/bytes.ts";
import type { Command } from "../../protocol/wire/commands.ts";
import type { Reason } from "../../protocol/wire/reason.ts";
import { GRANT_LIST_ENTRIES_MAX, type GrantListEntry } from "../../protocol/wire/responses.ts";
import { fillCommands } from "./fill-commands.ts";
import type { PassSession } from "./pass-session.ts";

/** The whole wanted state of one lock, as its issuer signed it. */
export interface CarriedRoster {
  readonly roster: Uint8Array;
  /** Every grant that the roster counts. */
  readonly grants: readonly Uint8Array[];
}

export type RosterDelivery =
  | { readonly kind: "committed"; readonly epoch: number; readonly grantsSent: number }
  /** A visit before this one brought it, and perhaps never heard so. */
  | { readonly kind: "already there"; readonly epoch: number }
  | { readonly kind: "refused"; readonly command: Command["name"]; readonly reason: Reason };

/**
 * Brings a roster in: BEGIN, out of the staging copy what does not belong there, into it what is missing, COMMIT
 * (protocol.md §6, §7). After an interruption the next call goes on where this one was. A roster or grants that are none
 * are a mistake of ours and throw.
 */
export async function deliverRoster(
  suite: Suite,
  session: PassSession,
  { roster, grants }: CarriedRoster,
): Promise<RosterDelivery> {
  const parsed = parseRoster(suite, roster);
  if (!parsed.ok) throw new RangeError("this is no roster");
  const { epoch, digest } = parsed.value.claims;
  const status = granted("to say how it is", await session.command({ name: "status" }));
  if (status.epoch === epoch && equalBytes(status.rosterDigest, digest)) return { kind: "already there", epoch };

  const begun = await session.command({ name: "rosterBegin", roster });
  if (!begun.ok) return { kind: "refused", command: "rosterBegin", reason: begun.refusal.reason };
  const wanted = grants.map((document) => entryOf(suite, document));
  const { put, drop } = compareTables(wanted, await listGrants(session));
  const missing = wanted.filter(({ id }) => put.some((entry) => entry.id === id)).map(({ document }) => document);
  const commands: Command[] = [
    ...fillCommands(drop.map(fromHex), (ids) => ({ name: "grantDrop", ids })),
    ...fillCommands(missing, (documents) => ({ name: "grantPut", grants: documents })),
    { name: "rosterCommit" },
  ];
  for (const command of commands) {
    const response = await session.command(command);
    if (!response.ok) return { kind: "refused", command: command.name, reason: response.refusal.reason };
  }
  return { kind: "committed", epoch, grantsSent: missing.length };
}

function entryOf(suite: Suite, document: Uint8Array): GrantEntry & { document: Uint8Array } {
  const id = grantId(document);
  if (!id.ok) throw new RangeError("this is no grant");
  return { id: toHex(id.value), hash: suite.sha256(document), bytes: document.length, document };
}

/** Of the staging copy if one is open, else of the table, in order of id. */
export async function listGrants(session: PassSession): Promise<GrantListEntry[]> {
  const listed: GrantListEntry[] = [];
  for (;;) {
    const after = listed.at(-1)?.id ?? new Uint8Array(8);
    const { entries } = granted("to list its grants", await session.command({ name: "grantList", after }));
    listed.push(...entries);
    if (entries.length < GRANT_LIST_ENTRIES_MAX) return listed;
  }
}
