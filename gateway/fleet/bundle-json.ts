import type { Bundle, BundledRoster } from "./bundle.ts";

/** A bundle as JSON has it (docs/fleet.md): documents in base64. */
export function bundleJson({ issuerId, grants = [], rosters = [], timeTokens = [] }: Bundle): object {
  return {
    issuerId,
    ...(grants.length > 0 && { grants: grants.map(base64) }),
    ...(rosters.length > 0 && { rosters: rosters.map(rosterJson) }),
    ...(timeTokens.length > 0 && { timeTokens: timeTokens.map(base64) }),
  };
}

export function rosterJson({ document, grants, mayRevoke }: BundledRoster): object {
  const { kind: _, ...named } = grants;
  return { document: base64(document), grants: named, ...(mayRevoke !== undefined && { mayRevoke }) };
}

function base64(document: Uint8Array): string {
  return Buffer.from(document).toString("base64");
}
