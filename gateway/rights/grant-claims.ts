import type { Suite } from "../../crypto/suite.ts";
import {
  type Credential,
  GRANT_BYTES_MAX,
  type GrantClaims,
  grantBytes,
  Right,
} from "../../protocol/documents/grant.ts";
import { present } from "../../protocol/documents/shape.ts";
import { fromHex } from "../../protocol/wire/bytes.ts";
import { UINT_MAX } from "../../protocol/wire/cbor-shape.ts";
import { RequestRefused } from "../api/services.ts";
import type { CredentialRequest, GrantRequest } from "./grant-request.ts";
import { invalidField } from "./invalid-field.ts";
import { windowOf } from "./schedule-words.ts";

/** What a request leaves open. */
export interface ClaimsParts {
  id: Uint8Array;
  subject: Uint8Array;
  /** Ids of locks and groups. */
  audience: Uint8Array[];
  /** Seconds since 1970. */
  issuedAt: number;
  /** There if the request has a PIN. */
  pinVerifier?: Uint8Array;
}

/** Throws RequestRefused, naming the field. */
export function grantClaims(suite: Suite, request: GrantRequest, parts: ClaimsParts): GrantClaims {
  const { id, subject, audience, issuedAt } = parts;
  const key = request.with.find((credential) => credential.kind === "key");
  const claims = present<GrantClaims>({
    subject,
    audience,
    ...lifetime(request, issuedAt),
    issuedAt,
    id,
    bearerKey: key && fromHex(key.publicKey),
    credentials: credentials(suite, request.with, parts.pinVerifier),
    rule: request.require,
    windows: request.schedule?.map(windowOf),
    rights: request.rights.reduce((bits, name) => bits | Right[name], 0),
    uses: request.uses,
  });
  const kinds = new Set(request.with.map(({ kind }) => kind)).size;
  if ((request.require ?? 1) > kinds) {
    throw invalidField(
      "require",
      `is ${request.require}, but "with" names ${kinds} kind${kinds === 1 ? "" : "s"} only`,
    );
  }
  const bytes = grantBytes(suite, claims);
  if (bytes > GRANT_BYTES_MAX) {
    const sentence = `the signed grant would have ${bytes} bytes, and a lock takes ${GRANT_BYTES_MAX}; give two grants with fewer locks, tags or hours each`;
    throw new RequestRefused("grant-too-large", sentence);
  }
  return claims;
}

function credentials(suite: Suite, requests: CredentialRequest[], verifier: Uint8Array | undefined): Credential[] {
  requests.forEach((request, index) => {
    const first = requests.findIndex((other) => isSameCredential(request, other));
    if (first < index) throw invalidField(`with[${index}]`, `is one ${request.kind} too many: with[${first}] is there`);
    if (request.kind === "key" && !suite.isP256PublicKey(fromHex(request.publicKey))) {
      throw invalidField(`with[${index}].publicKey`, "is no compressed point on P-256");
    }
  });
  return requests.map((request) => credential(request, verifier));
}

function credential(request: CredentialRequest, verifier: Uint8Array | undefined): Credential {
  switch (request.kind) {
    case "key":
      return { kind: "key" };
    case "tag":
      return { kind: "tag", uid: fromHex(request.uid) };
    case "pin":
      if (!verifier) throw new RangeError("a PIN without its verifier");
      return { kind: "pin", verifier };
  }
}

/** A grant has one key and one PIN; only tags may be several. */
function isSameCredential(one: CredentialRequest, other: CredentialRequest): boolean {
  if (one.kind === "tag") return other.kind === "tag" && one.uid === other.uid;
  return one.kind === other.kind;
}

function lifetime(request: GrantRequest, now: number): { notBefore: number | undefined; expires: number | undefined } {
  const notBefore = request.from === undefined ? undefined : seconds("from", request.from);
  const expires = request.until === undefined ? undefined : seconds("until", request.until);
  if (expires === undefined && !request.rights.includes("essential")) {
    throw invalidField("until", 'is needed unless rights has "essential"');
  }
  if (expires !== undefined && expires <= now) throw invalidField("until", "is in the past");
  if (expires !== undefined && expires <= (notBefore ?? 0)) throw invalidField("until", "is not after from");
  return { notBefore, expires };
}

/** RFC 3339 with an offset, as whole seconds since 1970. */
function seconds(field: string, text: string): number {
  const time = RFC_3339.test(text) ? Math.floor(Date.parse(text) / 1000) : Number.NaN;
  if (!(time >= 0 && time <= UINT_MAX)) throw invalidField(field, 'must be a time like "2027-01-31T18:00:00Z"');
  return time;
}

const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;
