import { compareBytes } from "../../protocol/wire/bytes.ts";
import { GRANT_LIST_ENTRIES_MAX, type GrantListEntry } from "../../protocol/wire/responses.ts";
import { granted, LockDisagrees } from "../link/lock-disagrees.ts";
import type { Talk } from "./talk.ts";

const BEFORE_ALL_IDS = new Uint8Array(8);
/** More than any lock has room for. */
const GRANTS_LISTED_MAX = 10_000;

/** All of GRANT LIST (protocol.md §6), 48 grants a round trip. Throws LockDisagrees on a list that is out of order, or without end. */
export async function stagedGrants(talk: Talk): Promise<GrantListEntry[]> {
  const staged: GrantListEntry[] = [];
  for (;;) {
    const after = staged.at(-1)?.id ?? BEFORE_ALL_IDS;
    const { entries } = await talk(async (session) =>
      granted("to list its grants", await session.command({ name: "grantList", after })),
    );
    for (const entry of entries) {
      const last = staged.at(-1)?.id ?? BEFORE_ALL_IDS;
      if (compareBytes(entry.id, last) <= 0) throw new LockDisagrees("the lock lists its grants out of order");
      staged.push(entry);
    }
    if (staged.length > GRANTS_LISTED_MAX) throw new LockDisagrees("the lock's list of grants has no end");
    if (entries.length < GRANT_LIST_ENTRIES_MAX) return staged;
  }
}

/** How many round trips it takes to list a table of so many grants: one that is not full ends the list. */
export function roundTripsToList(grants: number): number {
  return Math.floor(grants / GRANT_LIST_ENTRIES_MAX) + 1;
}
