import { bytesOf, idOf, listOf, MalformedJson, membersOf, uintOf } from "../uplink/strict-json.ts";
import { BUNDLE_ITEMS_MAX, type Bundle, type BundledRoster, type RosterGrants } from "./bundle.ts";

/** So long is a whole bundle at most, however it comes. */
const DOCUMENT_BYTES_MAX = 256 * 1024;

/** A bundle, or what is wrong with it: a sentence without its full stop. */
export type BundleReading = { ok: true; bundle: Bundle } | { ok: false; trouble: string };

/**
 * Reads a bundle in its JSON form (docs/fleet.md), all or nothing; unknown members are refused. How long a document is, and what
 * it says, is judged one by one later.
 */
export function readBundle(json: unknown): BundleReading {
  try {
    return { ok: true, bundle: bundleOf(json, "documents") };
  } catch (error) {
    if (!(error instanceof MalformedJson)) throw error;
    return { ok: false, trouble: error.message };
  }
}

function bundleOf(json: unknown, where: string): Bundle {
  const { issuerId, grants, rosters, timeTokens } = membersOf(json, where, [
    "issuerId",
    "grants",
    "rosters",
    "timeTokens",
  ]);
  const items = <T>(list: unknown, name: string, itemOf: (json: unknown, where: string) => T) =>
    listOf(list, `${where}.${name}`, BUNDLE_ITEMS_MAX, itemOf);
  return {
    issuerId: idOf(issuerId, `${where}.issuerId`),
    ...(grants !== undefined && { grants: items(grants, "grants", documentOf) }),
    ...(rosters !== undefined && { rosters: items(rosters, "rosters", rosterOf) }),
    ...(timeTokens !== undefined && { timeTokens: items(timeTokens, "timeTokens", documentOf) }),
  };
}

function rosterOf(json: unknown, where: string): BundledRoster {
  const { document, grants, mayRevoke } = membersOf(json, where, ["document", "grants", "mayRevoke"]);
  return {
    document: documentOf(document, `${where}.document`),
    grants: grantsOf(grants, `${where}.grants`),
    ...(mayRevoke !== undefined && { mayRevoke: uintOf(mayRevoke, `${where}.mayRevoke`) }),
  };
}

function grantsOf(json: unknown, where: string): RosterGrants {
  const { all, since, put, drop } = membersOf(json, where, ["all", "since", "put", "drop"]);
  if (all === undefined) {
    return {
      kind: "difference",
      since: uintOf(since, `${where}.since`),
      put: idsOf(put, `${where}.put`),
      drop: idsOf(drop, `${where}.drop`),
    };
  }
  if (since !== undefined || put !== undefined || drop !== undefined) {
    throw new MalformedJson(`${where} has both all grants and a difference`);
  }
  return { kind: "all", all: idsOf(all, `${where}.all`) };
}

function idsOf(json: unknown, where: string): string[] {
  return listOf(json, where, BUNDLE_ITEMS_MAX, idOf);
}

function documentOf(json: unknown, where: string): Uint8Array {
  return bytesOf(json, where, DOCUMENT_BYTES_MAX);
}
