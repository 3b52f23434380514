import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { Secret } from "../../crypto/secret.ts";
import type { Suite } from "../../crypto/suite.ts";
import type { Clock } from "../../protocol/clock.ts";
import type { Reports } from "../fleet/lock-report.ts";
import type { BackendAnswer } from "./backend-answer.ts";
import { BATCH_CONTENT_TYPE, type CloudEvent } from "./cloud-event.ts";
import { type HttpAnswer, HttpClient, type HttpTls } from "./http-client.ts";
import { type OAuthOptions, OAuthToken } from "./http-oauth.ts";
import { retryAfterMs } from "./http-retry-after.ts";
import { contentDigest, type SignatureParts, signatureHeaders } from "./http-signature.ts";
import { readAnswer } from "./read-answer.ts";
import { readTextFile } from "./read-text-file.ts";
import { type Uplink, UplinkError } from "./uplink.ts";

/** Smaller bodies gain nothing. */
const GZIP_FROM_BYTES = 1024;
/** The batches are the same few words again and again: the fastest level gets nearly all there is. */
const GZIP_OPTIONS = { level: 1 };
const HMAC_KEY_BYTES_MIN = 32;
export const REPORTS_CONTENT_TYPE = "application/vnd.portvakt.reports+json";

export interface HttpUplinkOptions extends HttpTls {
  url: string;
  auth: HttpAuth;
  /** A backend that can not reach us is asked so often whether it has something to say. */
  askEveryMs: number;
}

export type HttpAuth =
  | { kind: "none" }
  /** The file holds the bearer token; it is read for every batch, so that it can be renewed. */
  | { kind: "token"; tokenFile: string }
  /** The file holds 32 bytes or more in base64. */
  | { kind: "hmac"; keyId: string; keyFile: string }
  | ({ kind: "oauth" } & OAuthOptions);

/** How this gateway shows who it is, ready to use. */
type Credential =
  | { kind: "none" }
  | { kind: "token"; tokenFile: string }
  | ({ kind: "hmac" } & SignatureParts)
  | { kind: "oauth"; token: OAuthToken };

/** CloudEvents batches and reports by POST; what the backend says comes in the answer (docs/events.md). */
export class HttpUplink implements Uplink {
  readonly name: string;
  readonly hasLanes = false;
  readonly askEveryMs: number;
  readonly #suite: Suite;
  readonly #clock: Clock;
  readonly #url: URL;
  readonly #client: HttpClient;
  readonly #credential: Credential;
  /** Until when the backend wants to be left alone, on the monotonic clock. */
  #quietUntilMs = 0;
  /** Whether the backend can unpack a batch is not known before it has taken one. */
  #gzip: "untried" | "taken" | "refused" = "untried";

  /** Throws UplinkError if a file can not be read, or holds something else. */
  constructor(suite: Suite, clock: Clock, options: HttpUplinkOptions) {
    this.#suite = suite;
    this.#clock = clock;
    this.#url = new URL(options.url);
    this.name = this.#url.origin;
    this.askEveryMs = options.askEveryMs;
    this.#client = new HttpClient(clock, options);
    this.#credential = credentialOf(suite, clock, this.#client, options.auth);
  }

  deliver(batch: readonly CloudEvent[]): Promise<BackendAnswer> {
    return this.#ask(batch, BATCH_CONTENT_TYPE);
  }

  report(reports: Reports): Promise<BackendAnswer> {
    return this.#ask(reports, REPORTS_CONTENT_TYPE);
  }

  async close(): Promise<void> {
    this.#client.close();
  }

  async #ask(json: object, contentType: string): Promise<BackendAnswer> {
    const leftMs = this.#quietUntilMs - this.#clock.monotonicMs();
    if (leftMs > 0) {
      throw new UplinkError("refused", `${this.name} asks to be left alone for a while`, { retryAfterMs: leftMs });
    }
    const answer = await this.#send(Buffer.from(JSON.stringify(json)), contentType);
    // A 202 or 204 without a word makes nothing durable.
    if (isGood(answer)) return answer.body === "" ? {} : readAnswer(this.name, answer.body);
    throw this.#refusal(answer);
  }

  async #send(plain: Buffer, contentType: string): Promise<HttpAnswer> {
    if (this.#gzip === "refused" || plain.length < GZIP_FROM_BYTES) return this.#post(plain, contentType);
    const packed = await this.#post(await promisify(gzip)(plain, GZIP_OPTIONS), contentType, "gzip");
    if (isGood(packed)) this.#gzip = "taken";
    if (this.#gzip === "taken" || (packed.status !== 400 && packed.status !== 415)) return packed;
    // It may be the packing that it does not understand. If it takes the same events as they are, that is known.
    const answer = await this.#post(plain, contentType);
    if (isGood(answer)) this.#gzip = "refused";
    return answer;
  }

  async #post(body: Buffer, contentType: string, encoding?: "gzip"): Promise<HttpAnswer> {
    const headers = { "content-type": contentType, ...(encoding && { "content-encoding": encoding }) };
    const credential = this.#credential;
    switch (credential.kind) {
      case "none":
        return this.#client.post(this.#url, headers, body);
      case "token":
        return this.#client.post(this.#url, bearing(headers, readTextFile(credential.tokenFile).trim()), body);
      case "hmac":
        return this.#client.post(this.#url, this.#signed(credential, headers, body), body);
      case "oauth":
        return this.#postWithToken(credential.token, headers, body);
      default:
        return credential satisfies never;
    }
  }

  /** A token may be revoked before its end: one that is refused is renewed, once. */
  async #postWithToken(token: OAuthToken, headers: Record<string, string>, body: Buffer): Promise<HttpAnswer> {
    const text = await token.get();
    const answer = await this.#client.post(this.#url, bearing(headers, text), body);
    if (answer.status !== 401) return answer;
    token.drop(text);
    return this.#client.post(this.#url, bearing(headers, await token.get()), body);
  }

  #signed(parts: SignatureParts, plain: Record<string, string>, body: Buffer): Record<string, string> {
    const headers = { ...plain, "content-digest": contentDigest(this.#suite, body) };
    const components = [["@method", "POST"], ["@target-uri", this.#url.href], ...Object.entries(headers)] as const;
    return { ...headers, ...signatureHeaders(parts, components, Math.floor(this.#clock.wallMs() / 1000)) };
  }

  #refusal({ status, headers, body }: HttpAnswer): UplinkError {
    if (status >= 300 && status < 400) {
      return new UplinkError("refused", `${this.name} sends us elsewhere (${status}), where we do not go`);
    }
    const isBusy = status === 429 || status === 503;
    const asked = isBusy ? retryAfterMs(this.#clock, headers["retry-after"]) : undefined;
    // It is the backend that asks, not one lock's part of it: the batches of the other locks wait as well.
    if (asked !== undefined) this.#quietUntilMs = this.#clock.monotonicMs() + asked;
    return new UplinkError("refused", `${this.name} answers ${status}${detailOf(body)}`, {
      malformed: status === 400 || status === 422,
      tooLarge: status === 413,
      ...(asked !== undefined && { retryAfterMs: asked }),
    });
  }
}

function credentialOf(suite: Suite, clock: Clock, client: HttpClient, auth: HttpAuth): Credential {
  switch (auth.kind) {
    case "none":
    case "token":
      return auth;
    case "hmac":
      return { kind: "hmac", suite, keyId: auth.keyId, key: readHmacKey(auth.keyFile) };
    case "oauth":
      return { kind: "oauth", token: new OAuthToken(clock, client, auth) };
  }
}

function readHmacKey(path: string): Secret {
  const text = readTextFile(path).trim();
  const bytes = Buffer.from(text, "base64");
  if (bytes.toString("base64") === text && bytes.length >= HMAC_KEY_BYTES_MIN) return new Secret(new Uint8Array(bytes));
  throw new UplinkError("unreachable", `${path} does not hold ${HMAC_KEY_BYTES_MIN} bytes or more in base64`);
}

function bearing(headers: Record<string, string>, token: string): Record<string, string> {
  return { ...headers, authorization: `Bearer ${token}` };
}

function isGood({ status }: HttpAnswer): boolean {
  return status >= 200 && status < 300;
}

/** The `detail` of an RFC 9457 problem, for the log; anything else is left out. */
function detailOf(body: string): string {
  try {
    const { detail } = JSON.parse(body) as { detail?: unknown };
    return typeof detail === "string" ? `: ${detail.slice(0, 200)}` : "";
  } catch {
    return "";
  }
}
