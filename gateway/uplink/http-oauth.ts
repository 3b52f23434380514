import type { Clock } from "../../protocol/clock.ts";
import type { HttpClient } from "./http-client.ts";
import { retryAfterMs } from "./http-retry-after.ts";
import { readTextFile } from "./read-text-file.ts";
import { UplinkError } from "./uplink.ts";

/** A token is renewed so long before its end, or at half its life if that is later. */
const RENEW_BEFORE_MS = 60_000;
/** 0x20–0x7E without spaces: what may stand in a header (RFC 6750 §2.1 allows less). */
const TOKEN = /^[\x21-\x7e]{1,8192}$/;

export interface OAuthOptions {
  tokenUrl: string;
  clientId: string;
  /** Read for every new token, so that the secret can be changed. */
  clientSecretFile: string;
  scope?: string;
}

/** An access token by client credentials (RFC 6749 §4.4), kept until shortly before its end. */
export class OAuthToken {
  readonly #clock: Clock;
  readonly #client: HttpClient;
  readonly #options: OAuthOptions;
  #token: { text: string; renewAtMs: number } | undefined;
  #renewal: Promise<string> | undefined;

  constructor(clock: Clock, client: HttpClient, options: OAuthOptions) {
    this.#clock = clock;
    this.#client = client;
    this.#options = options;
  }

  /** Rejects with UplinkError. Everyone who asks meanwhile waits for the same new token. */
  async get(): Promise<string> {
    if (this.#token && this.#clock.monotonicMs() < this.#token.renewAtMs) return this.#token.text;
    this.#renewal ??= this.#renew().finally(() => {
      this.#renewal = undefined;
    });
    return this.#renewal;
  }

  /** The backend does not take this token any more. */
  drop(text: string): void {
    if (this.#token?.text === text) this.#token = undefined;
  }

  async #renew(): Promise<string> {
    const { tokenUrl, clientId, clientSecretFile, scope } = this.#options;
    const url = new URL(tokenUrl);
    const secret = readTextFile(clientSecretFile).trim();
    const headers = {
      authorization: `Basic ${Buffer.from(`${formEncoded(clientId)}:${formEncoded(secret)}`).toString("base64")}`,
      "content-type": "application/x-www-form-urlencoded",
      accept: "application/json",
    };
    const form = new URLSearchParams({ grant_type: "client_credentials", ...(scope !== undefined && { scope }) });
    const answer = await this.#client.post(url, headers, Buffer.from(form.toString()));
    if (answer.status !== 200) {
      const asked = retryAfterMs(this.#clock, answer.headers["retry-after"]);
      throw new UplinkError("refused", `${url.origin} gives no token: it answers ${answer.status}`, {
        ...(asked !== undefined && { retryAfterMs: asked }),
      });
    }
    const { text, lifeMs } = readToken(url.origin, answer.body);
    const renewAtMs = this.#clock.monotonicMs() + Math.max(lifeMs - RENEW_BEFORE_MS, lifeMs / 2);
    this.#token = { text, renewAtMs };
    return text;
  }
}

/** RFC 6749 §5.1. Without an end the token is good until it is refused. */
function readToken(origin: string, body: string): { text: string; lifeMs: number } {
  const { access_token: text, token_type: type, expires_in: seconds } = membersOf(body);
  if (typeof text !== "string" || !TOKEN.test(text) || typeof type !== "string" || !/^bearer$/i.test(type)) {
    throw new UplinkError("malformed", `${origin} answers something else than a bearer token`);
  }
  return { text, lifeMs: typeof seconds === "number" && seconds >= 0 ? seconds * 1000 : Number.POSITIVE_INFINITY };
}

function membersOf(body: string): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(body);
    return typeof json === "object" && json !== null ? (json as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** As in a form: so the two parts of Basic are written here (RFC 6749 §2.3.1). */
function formEncoded(text: string): string {
  return new URLSearchParams({ "": text }).toString().slice(1);
}
