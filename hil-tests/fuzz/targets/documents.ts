import { opensslSuite as suite } from "../../../crypto/openssl.ts";
import type { Secret } from "../../../crypto/secret.ts";
import type { Suite } from "../../../crypto/suite.ts";
import { parseEnvelope } from "../../../protocol/documents/cose-sign1.ts";
import type { Document } from "../../../protocol/documents/document.ts";
import { grantId, parseGrant, signGrant, verifyGrant } from "../../../protocol/documents/grant.ts";
import { parseKeyChange, signKeyChange, verifyKeyChange } from "../../../protocol/documents/key-change.ts";
import { parseLogHead, signLogHead, verifyLogHead } from "../../../protocol/documents/log-head.ts";
import { parseManifest, signManifest, verifyManifest } from "../../../protocol/documents/manifest.ts";
import { parseOrder, signOrder, verifyOrder } from "../../../protocol/documents/order.ts";
import { parseReceipt, signReceipt, verifyReceipt } from "../../../protocol/documents/receipt.ts";
import { parseRoster, signRoster, verifyRoster } from "../../../protocol/documents/roster.ts";
import { vectorKey } from "../../../protocol/documents/testing/vector-keys.ts";
import { parseTimeToken, signTimeToken, verifyTimeToken } from "../../../protocol/documents/time-token.ts";
import { ProtocolError } from "../../../protocol/protocol-error.ts";
import { fromHex, toHex } from "../../../protocol/wire/bytes.ts";
import { CBOR_BYTES_MAX, encodeCbor, Tag } from "../../../protocol/wire/cbor.ts";
import type { Checked } from "../../../protocol/wire/reason.ts";
import type { Target } from "../engine/target.ts";
import { CBOR_TOKENS } from "./cbor-tokens.ts";
import { lk1Seeds } from "./lk1-seeds.ts";
import { assertSameBytes } from "./same-bytes.ts";

const ISSUER = vectorKey("issuer");
const DOCUMENT_GROUPS = ["documents", "documentsRefused", "rostersRefused", "orders", "carried", "rosterDigest"];

/** How one kind of document is read and written. */
interface Kind<Claims> {
  readonly name: string;
  readonly parse: (suite: Suite, document: Uint8Array) => Checked<Document<Claims>>;
  readonly sign: (suite: Suite, key: Secret, claims: Claims) => Uint8Array;
}

/** The input is the payload alone, so that mutation meets the claims; what parses is written again byte for byte. */
function payloadTarget<Claims>({ name, parse, sign }: Kind<Claims>): Target {
  return {
    name,
    seeds: () => DOCUMENT_GROUPS.flatMap(lk1Seeds).map((seed) => payloadOf(seed) ?? seed),
    dictionary: CBOR_TOKENS,
    inputBytesMax: CBOR_BYTES_MAX,
    batch: 1000,
    allowed: [ProtocolError],
    open: () => ({
      execute: (payload) => {
        const parsed = parse(suite, enveloped(payload));
        if (!parsed.ok) throw new ProtocolError("malformed");
        assertSameBytes(payloadOf(sign(suite, ISSUER.key, parsed.value.claims))!, payload);
      },
    }),
  };
}

/** In an envelope of the right form; whether a signature is good, no parser asks. */
function enveloped(payload: Uint8Array): Uint8Array {
  const parts = [fromHex("a10126"), new Map([[4, ISSUER.kid]]), payload, new Uint8Array(64)];
  return encodeCbor(new Tag(parts, 18));
}

function payloadOf(document: Uint8Array): Uint8Array | undefined {
  const envelope = parseEnvelope(document, CBOR_BYTES_MAX);
  return envelope.ok ? envelope.value.payload : undefined;
}

export const grant = payloadTarget({ name: "grant", parse: parseGrant, sign: signGrant });
export const roster = payloadTarget({ name: "roster", parse: parseRoster, sign: signRoster });
export const order = payloadTarget({ name: "order", parse: parseOrder, sign: signOrder });
export const timeToken = payloadTarget({ name: "time-token", parse: parseTimeToken, sign: signTimeToken });
export const logHead = payloadTarget({ name: "log-head", parse: parseLogHead, sign: signLogHead });
export const receipt = payloadTarget({ name: "receipt", parse: parseReceipt, sign: signReceipt });
export const manifest = payloadTarget({ name: "manifest", parse: parseManifest, sign: signManifest });
export const keyChange = payloadTarget({ name: "key-change", parse: parseKeyChange, sign: signKeyChange });

const VERIFIERS: readonly ((suite: Suite, document: Uint8Array, key: Uint8Array) => Checked<unknown>)[] = [
  verifyGrant,
  verifyRoster,
  verifyOrder,
  verifyTimeToken,
  verifyLogHead,
  verifyReceipt,
  verifyManifest,
  verifyKeyChange,
];

/** Whole documents. None verifies that lk1.json's signers have not signed; none verifies as a document of two kinds. */
export const documents: Target = {
  name: "documents",
  seeds: () => DOCUMENT_GROUPS.flatMap(lk1Seeds),
  dictionary: CBOR_TOKENS,
  inputBytesMax: CBOR_BYTES_MAX + 8,
  batch: 1000,
  allowed: [ProtocolError],
  open: () => {
    const known = new Set(DOCUMENT_GROUPS.flatMap(lk1Seeds).map((seed) => signedPartOf(seed)));
    return {
      execute: (input) => {
        const verified = VERIFIERS.filter((verify) => verify(suite, input, ISSUER.publicKey).ok);
        const id = grantId(input);
        if (id.ok && id.value.length !== 8) throw new Error("a grant's id has 8 bytes");
        if (verified.length > 1) throw new Error("a document is of two kinds");
        if (verified.length === 1 && !known.has(signedPartOf(input))) throw new Error("a forged document verifies");
        if (verified.length === 0) throw new ProtocolError("malformed");
      },
    };
  },
};

/** What a signature covers; a second one over the same, which ECDSA allows (r, n − s), forges nothing. */
function signedPartOf(document: Uint8Array): string {
  return toHex(payloadOf(document) ?? new Uint8Array(0));
}
