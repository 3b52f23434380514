import type { Suite } from "../../crypto/suite.ts";
import { type Clock, delay } from "../../protocol/clock.ts";
import { GRANT_BYTES_MAX, type GrantClaims, grantId, verifyGrant } from "../../protocol/documents/grant.ts";
import { parseRoster, ROSTER_BYTES_MAX, type RosterClaims, verifyRoster } from "../../protocol/documents/roster.ts";
import { parseTimeToken, type TimeToken, verifyTimeToken } from "../../protocol/documents/time-token.ts";
import { toHex } from "../../protocol/wire/bytes.ts";
import { CBOR_BYTES_MAX } from "../../protocol/wire/cbor.ts";
import { type Checked, Reason } from "../../protocol/wire/reason.ts";
import { verifyUnderAny } from "../issuer/verify-under-any.ts";
import type { Bundle, BundledRoster, DocumentKind } from "./bundle.ts";
import { type Refusal, refusal } from "./refusal.ts";
import type { TrustedKeys } from "./trusted-keys.ts";

/** Signatures are checked so many at a time: doors are opened meanwhile. */
const VERIFIED_AT_ONCE = 16;

/** A document with what its issuer has signed, or why it is refused. */
export type Verified<T> = { ok: true; document: Uint8Array; claims: T } | Refusal;

/** In the order of the bundle. */
export interface VerifiedBundle {
  grants: Verified<GrantClaims>[];
  rosters: { verified: Verified<RosterClaims>; bundled: BundledRoster }[];
  timeTokens: Verified<TimeToken>[];
}

/** Length, shape, kid and signature of each document of a bundle (protocol.md §7). */
export async function verifyDocuments(
  parts: { suite: Suite; clock: Clock; keys: TrustedKeys },
  bundle: Bundle,
): Promise<VerifiedBundle> {
  const { suite, clock, keys } = parts;
  let count = 0;
  async function verified<T>(document: Uint8Array, type: Type<T>): Promise<Verified<T>> {
    if (++count % VERIFIED_AT_ONCE === 0) await delay(clock, 0);
    if (document.length > type.bytesMax) {
      return refusal(type, "", "too-large", `It has ${document.length} bytes; ${type.bytesMax} are good.`);
    }
    const checked = verifyUnderAny(keys.all, (key) => type.verify(suite, document, key));
    if (checked.ok) return { ok: true, document, claims: checked.value };
    const id = type.idOf(suite, document) ?? "";
    switch (checked.reason) {
      case Reason.unknownKey:
        return refusal(type, id, "unknown-issuer-key", "It is signed with a key that is not the issuer's.");
      case Reason.signature:
        return refusal(type, id, "bad-signature", "Its signature does not verify.");
      default:
        return refusal(type, id, "malformed", `It is no ${type.name}.`);
    }
  }

  // A new key comes with a roster, and the grants before that may be signed with it already.
  for (const { document } of bundle.rosters ?? []) await keys.learnFrom(document);
  const result: VerifiedBundle = { grants: [], rosters: [], timeTokens: [] };
  for (const grant of bundle.grants ?? []) result.grants.push(await verified(grant, GRANT));
  for (const bundled of bundle.rosters ?? []) {
    result.rosters.push({ verified: await verified(bundled.document, ROSTER), bundled });
  }
  for (const token of bundle.timeTokens ?? []) result.timeTokens.push(await verified(token, TIME_TOKEN));
  return result;
}

interface Type<T> {
  kind: DocumentKind;
  name: string;
  bytesMax: number;
  verify: (suite: Suite, document: Uint8Array, issuerPk: Uint8Array) => Checked<T>;
  /** Undefined if it can not be read. */
  idOf: (suite: Suite, document: Uint8Array) => string | undefined;
}

const GRANT: Type<GrantClaims> = {
  kind: "grant",
  name: "grant",
  bytesMax: GRANT_BYTES_MAX,
  verify: verifyGrant,
  idOf: (_, document) => {
    const id = grantId(document);
    return id.ok ? toHex(id.value) : undefined;
  },
};

const ROSTER: Type<RosterClaims> = {
  kind: "roster",
  name: "roster",
  bytesMax: ROSTER_BYTES_MAX,
  verify: (suite, document, issuerPk) => {
    const verified = verifyRoster(suite, document, issuerPk);
    if (!verified.ok) return verified;
    // A key that the newest one names is known by now; one that an older one names is not the issuer's.
    return verified.value.keyChange
      ? { ok: false, reason: Reason.unknownKey }
      : { ok: true, value: verified.value.claims };
  },
  idOf: (suite, document) => {
    const roster = parseRoster(suite, document);
    return roster.ok ? rosterResultId(roster.value.claims) : undefined;
  },
};

const TIME_TOKEN: Type<TimeToken> = {
  kind: "time-token",
  name: "time token",
  bytesMax: CBOR_BYTES_MAX,
  verify: verifyTimeToken,
  idOf: (suite, document) => {
    const token = parseTimeToken(suite, document);
    return token.ok ? toHex(token.value.claims.lockId) : undefined;
  },
};

/** How results name a roster. */
export function rosterResultId({ lockId, epoch }: Pick<RosterClaims, "lockId" | "epoch">): string {
  return `${toHex(lockId)}:${epoch}`;
}
