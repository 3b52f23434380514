import type { Suite } from "../../crypto/suite.ts";
import type { Clock } from "../../protocol/clock.ts";
import { ascii } from "../../protocol/wire/bytes.ts";
import type { TokenRow } from "../store/token-store.ts";
import { signatureBase } from "../uplink/http-signature.ts";
import { NonceMemory } from "./nonce-memory.ts";
import { parseSignature, parseSignatureInput, type SignatureInput } from "./signature-input.ts";
import type { Tokens } from "./tokens.ts";

/** How far a signature's `created` may be from the gateway's clock, either way. */
export const SIGNATURE_WINDOW_SECONDS = 60;
/** Signed requests within that time, over all tokens; more are refused. */
const NONCES_MAX = 100_000;
/** Whoever changes these on the way changes what is done: they are signed if they are there. */
const COVERED_IF_PRESENT = ["content-digest", "content-type", "idempotency-key", "if-match"];

/** A request, as far as it can be signed. */
export interface SignableRequest {
  method: string;
  /** Of the request line: path and query. */
  url: string;
  /** http or https, as the gateway sees it. */
  scheme: string;
  authority: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface SignedRequestsParts {
  suite: Suite;
  clock: Clock;
  tokens: Tokens;
}

/**
 * HTTP message signatures (RFC 9421) in the place of a bearer's secret: ecdsa-p256-sha256 by the key of the token that `keyid` names,
 * over what decides what is done. A signature is good once, within a minute of its making, and not over a restart.
 */
export class SignedRequests {
  readonly #parts: SignedRequestsParts;
  readonly #nonces: NonceMemory;
  readonly #startedAtMs: number;

  constructor(parts: SignedRequestsParts) {
    this.#parts = parts;
    const { clock } = parts;
    // A clock that is set meanwhile may let a signature be in time for twice as long.
    this.#nonces = new NonceMemory(clock, 2 * SIGNATURE_WINDOW_SECONDS * 1000, NONCES_MAX);
    this.#startedAtMs = clock.monotonicMs();
  }

  /** Whose request it is, or why it is nobody's, in a sentence. */
  authenticate(request: SignableRequest): TokenRow | string {
    const { suite, tokens } = this.#parts;
    const input = parseSignatureInput(single(request, "signature-input") ?? "");
    if (!input) return "Signature-Input must be one signature with created, nonce (8 to 128 characters) and keyid.";
    const signature = parseSignature(single(request, "signature") ?? "", input.label);
    if (!signature) return "Signature must have 64 bytes under the same label.";
    const trouble = this.#timeTrouble(input) ?? coverageTrouble(input, request);
    if (trouble !== undefined) return trouble;
    const components = input.components.map((name) => [name, componentOf(request, name)] as const);
    const missing = components.find(([, value]) => value === undefined);
    if (missing) return `The signature covers "${missing[0]}", which the request does not have.`;
    const token = tokens.signer(input.keyId);
    const base = signatureBase(components as [string, string][], input.params);
    if (!token || !suite.es256Verify(token.publicKey, signature, ascii(base))) {
      return "The signature is wrong, or its token expired or revoked.";
    }
    // Only now: a stranger must not use up anybody's nonces.
    if (!this.#nonces.use(`${input.keyId} ${input.nonce}`)) return "This nonce has been used.";
    tokens.noteUse(token);
    return token;
  }

  #timeTrouble({ created, expires }: SignatureInput): string | undefined {
    const { clock } = this.#parts;
    const now = Math.floor(clock.wallMs() / 1000);
    if (Math.abs(now - created) > SIGNATURE_WINDOW_SECONDS) {
      return `created is more than ${SIGNATURE_WINDOW_SECONDS} s from the gateway's clock.`;
    }
    // What was used before the start is not remembered. A machine may have started with a clock that was not set.
    const uptimeSeconds = (clock.monotonicMs() - this.#startedAtMs) / 1000;
    if (now - created > uptimeSeconds) return "The signature is of before the gateway's start: sign again.";
    return expires !== undefined && expires <= now ? "The signature has expired." : undefined;
  }
}

function coverageTrouble({ components, alg }: SignatureInput, { headers }: SignableRequest): string | undefined {
  if (alg !== undefined && alg !== "ecdsa-p256-sha256") return "alg must be ecdsa-p256-sha256.";
  const hasTarget =
    components.includes("@target-uri") || (components.includes("@path") && components.includes("@query"));
  if (!components.includes("@method") || !hasTarget) {
    return 'The signature must cover "@method", and "@target-uri" or both "@path" and "@query".';
  }
  const hasBody = headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
  if (hasBody && !components.includes("content-digest"))
    return 'The signature of a request with a body must cover "content-digest".';
  const bare = COVERED_IF_PRESENT.find((name) => headers[name] !== undefined && !components.includes(name));
  return bare === undefined ? undefined : `The signature must cover "${bare}", which the request has.`;
}

/** Undefined for what the request does not have (RFC 9421 §2.1, §2.2). */
function componentOf(request: SignableRequest, name: string): string | undefined {
  const { method, url, scheme, authority } = request;
  const [path = "", ...query] = url.split("?");
  switch (name) {
    case "@method":
      return method;
    case "@target-uri":
      return `${scheme}://${authority}${url}`;
    case "@scheme":
      return scheme;
    case "@authority":
      return authority.toLowerCase();
    case "@request-target":
      return url;
    case "@path":
      return path;
    case "@query":
      return `?${query.join("?")}`;
    default:
      return name.startsWith("@") ? undefined : single(request, name);
  }
}

function single({ headers }: SignableRequest, name: string): string | undefined {
  const value = headers[name];
  return value === undefined
    ? undefined
    : [value]
        .flat()
        .map((one) => one.trim())
        .join(", ");
}
