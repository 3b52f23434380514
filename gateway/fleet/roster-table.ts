import type { Suite } from "../../crypto/suite.ts";
import { parseGrant } from "../../protocol/documents/grant.ts";
import { digestOfHashes, type RosterClaims } from "../../protocol/documents/roster.ts";
import { equalBytes, toHex } from "../../protocol/wire/bytes.ts";
import { GRANTS_PER_LOCK_MAX, PIN_GRANTS_PER_LOCK_MAX } from "../rights/lock-rights.ts";
import type { GrantShelf } from "../store/grant-shelf.ts";
import type { GrantDocument, RosterDifference, RosterStore } from "../store/roster-store.ts";
import { BUNDLE_ITEMS_MAX, type DocumentCode, type RosterGrants } from "./bundle.ts";

export interface RosterTableParts {
  suite: Suite;
  rosters: RosterStore;
  shelf: GrantShelf;
}

/** What a roster would make of a lock's table. */
export interface TableChange {
  ok: true;
  /** From the roster that is wanted now. */
  difference: RosterDifference;
  /** How many grants are wanted now. */
  before: number;
}

export interface TableTrouble {
  ok: false;
  code: DocumentCode;
  sentence: string;
  /** Ids, where grants are missing. */
  missing?: string[];
}

/** A grant of the new table; `document` where it differs from the wanted one. */
interface Row {
  hash: Uint8Array;
  document?: Uint8Array;
}

/** Puts together the table that a roster is about, out of the wanted one and the shelf, and looks whether it is the one that was signed. */
export function rosterTable(
  parts: RosterTableParts,
  claims: RosterClaims,
  named: RosterGrants,
): TableChange | TableTrouble {
  const { suite, rosters } = parts;
  const lockId = toHex(claims.lockId);
  const head = rosters.head(lockId);
  // A lock that was reset has an empty table again.
  const isSameTable = head?.generation === claims.generation;
  const wantedEpoch = isSameTable ? head.epoch : 0;
  if (named.kind === "difference" && named.since !== wantedEpoch) {
    return trouble("base-unknown", `It builds on roster ${named.since}, and ${wantedEpoch} is wanted here.`);
  }

  const wanted = new Map<string, Row>(rosters.entries(lockId).map(({ id, hash }) => [id, { hash }]));
  const table = new Map<string, Row>(named.kind === "difference" && isSameTable ? wanted : []);
  for (const id of named.kind === "difference" ? named.drop : []) table.delete(id);
  const missing: string[] = [];
  for (const id of named.kind === "all" ? named.all : named.put) {
    const row = shelved(parts, id) ?? wanted.get(id);
    if (row) table.set(id, row);
    else missing.push(id);
  }
  if (missing.length > 0) {
    const sentence = `${missing.length} of its grants have not come here.`;
    return { ...trouble("grants-missing", sentence), missing: missing.slice(0, BUNDLE_ITEMS_MAX) };
  }

  const ids = [...table.keys()].sort();
  const digest = digestOfHashes(
    suite,
    ids.map((id) => table.get(id)!.hash),
  );
  if (ids.length !== claims.count || !equalBytes(digest, claims.digest)) {
    return trouble("digest-mismatch", "It was signed for other grants than those that it names.");
  }
  const tooMany = whatIsTooMuch(parts, lockId, table);
  if (tooMany) return trouble("table-full", tooMany);
  return {
    ok: true,
    difference: { put: changed(wanted, table), drop: [...wanted.keys()].filter((id) => !table.has(id)) },
    before: isSameTable ? wanted.size : 0,
  };
}

function trouble(code: DocumentCode, sentence: string): TableTrouble {
  return { ok: false, code, sentence };
}

function shelved({ suite, shelf }: RosterTableParts, id: string): Row | undefined {
  const document = shelf.document(id);
  return document && { hash: suite.sha256(document), document };
}

function changed(wanted: Map<string, Row>, table: Map<string, Row>): GrantDocument[] {
  const put: GrantDocument[] = [];
  for (const [id, { hash, document }] of table) {
    const before = wanted.get(id);
    if (document && !(before && equalBytes(before.hash, hash))) put.push({ id, hash, document });
  }
  return put;
}

/** In a sentence, if the table is more than a lock can hold (protocol.md §7). */
function whatIsTooMuch(parts: RosterTableParts, lockId: string, table: Map<string, Row>): string | undefined {
  if (table.size > GRANTS_PER_LOCK_MAX) return `A lock holds ${GRANTS_PER_LOCK_MAX} grants; it counts ${table.size}.`;
  if (table.size <= PIN_GRANTS_PER_LOCK_MAX) return undefined;
  let pins = 0;
  for (const [id, { document }] of table) {
    if (hasPin(parts.suite, document ?? parts.rosters.grantDocument(lockId, id))) pins++;
  }
  if (pins <= PIN_GRANTS_PER_LOCK_MAX) return undefined;
  return `A lock holds ${PIN_GRANTS_PER_LOCK_MAX} grants with a PIN; it counts ${pins}.`;
}

function hasPin(suite: Suite, document: Uint8Array | undefined): boolean {
  const grant = document && parseGrant(suite, document);
  return grant?.ok === true && grant.value.claims.credentials.some(({ kind }) => kind === "pin");
}
