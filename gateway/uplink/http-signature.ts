import type { Secret } from "../../crypto/secret.ts";
import type { Suite } from "../../crypto/suite.ts";
import { ascii } from "../../protocol/wire/bytes.ts";

/** Of a request, in the order in which they are signed: header fields, or derived components like `@method`. */
export type SignedComponents = readonly (readonly [name: string, value: string])[];

export interface SignatureParts {
  suite: Suite;
  keyId: string;
  key: Secret;
}

/** The value of Content-Digest for a body (RFC 9530 §2). */
export function contentDigest(suite: Suite, body: Uint8Array): string {
  return `sha-256=${byteSequence(suite.sha256(body))}`;
}

/** The headers that sign a request with HMAC-SHA256 (RFC 9421 §3.1, §3.3.3, §4); `params` are its signature parameters. */
export function signatureHeaders(
  { suite, keyId, key }: SignatureParts,
  components: SignedComponents,
  createdAt: number,
): { "signature-input": string; signature: string } {
  const params = `(${components.map(([name]) => `"${name}"`).join(" ")});created=${createdAt};keyid="${keyId}"`;
  const signature = suite.hmacSha256(key, ascii(signatureBase(components, params)));
  return { "signature-input": `portvakt=${params}`, signature: `portvakt=${byteSequence(signature)}` };
}

/** What is signed (RFC 9421 §2.5). */
export function signatureBase(components: SignedComponents, params: string): string {
  return [...components, ["@signature-params", params]].map(([name, value]) => `"${name}": ${value}`).join("\n");
}

/** RFC 8941 §3.3.5. */
function byteSequence(bytes: Uint8Array): string {
  return `:${Buffer.from(bytes).toString("base64")}:`;
}
