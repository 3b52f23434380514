import { Secret } from "../../crypto/secret.ts";
import type { Suite } from "../../crypto/suite.ts";
import type { Clock, Timer } from "../../protocol/clock.ts";
import { equalBytes, toHex } from "../../protocol/wire/bytes.ts";
import type { Log } from "../log.ts";
import type { KeyedRequestStore, StoredAnswer } from "../store/keyed-request-store.ts";
import { StoreError } from "../store/store-error.ts";
import type { Api } from "./api.ts";
import { PROBLEMS, ProblemError } from "./problem.ts";

const HOUR_MS = 3_600_000;
const KEY = /^[!-~]{1,255}$/;
const STORED_HEADERS = ["content-type", "location"];
/** These say that nothing was changed and that it is worth trying again: such an answer is not kept. */
const NOTHING_HAPPENED: readonly number[] = [PROBLEMS["lock-unreachable"].status, PROBLEMS["store-failed"].status];
/** A mistake of ours ends the daemon, and what it had done by then is not known. */
const NOBODY_KNOWS: number = PROBLEMS.internal.status;

declare module "fastify" {
  interface FastifyRequest {
    /** Under what the answer to this request will be kept. */
    keyed: { tokenId: string; keyHash: string } | null;
  }
  interface FastifyContextConfig {
    /** Members of the answer that are shown this once and never kept. */
    shownOnce?: readonly string[];
  }
}

export interface IdempotencyParts {
  requests: KeyedRequestStore;
  suite: Suite;
  clock: Clock;
  log: Log;
}

/**
 * `Idempotency-Key` on every POST (draft-ietf-httpapi-idempotency-key-header): the same request with the same key gets the
 * same answer again, and nothing is done twice, over restarts of the daemon as well.
 *
 * The key itself is not kept but its hash, and the body's fingerprint is an HMAC under the key: a body may hold a PIN,
 * which could be guessed from a plain hash.
 */
export function answerOnce(api: Api, { requests, suite, log }: IdempotencyParts): void {
  const running = new Set<string>();
  api.decorateRequest("keyed", null);

  api.addHook("preHandler", async (request, reply) => {
    if (request.method !== "POST" || !request.token) return;
    const key = keyOf(request.headers["idempotency-key"]);
    if (key === undefined) return;
    const tokenId = request.token.id;
    const keyHash = toHex(suite.sha256(Buffer.from(`${tokenId} ${key}`)));
    if (running.has(keyHash)) throw new ProblemError("key-running");
    const fingerprint = suite.hmacSha256(
      new Secret(Buffer.from(key)),
      Buffer.from(JSON.stringify([request.url, request.body ?? null])),
    );
    running.add(keyHash);
    const known = await requests.begin(tokenId, keyHash, fingerprint).catch((error: unknown) => {
      running.delete(keyHash);
      throw error;
    });
    if (!known) {
      request.keyed = { tokenId, keyHash };
      return;
    }
    running.delete(keyHash);
    if (!equalBytes(known.fingerprint, fingerprint)) throw new ProblemError("key-reused");
    if (!known.answer) throw new ProblemError("request-interrupted", INTERRUPTED);
    const { status, headers, body } = known.answer;
    return reply.code(status).headers(headers).header("idempotent-replayed", "true").send(body);
  });

  api.addHook("onSend", async (request, reply, payload) => {
    if (!request.keyed) return;
    const { tokenId, keyHash } = request.keyed;
    const { statusCode: status } = reply;
    try {
      if (NOTHING_HAPPENED.includes(status)) await requests.forget(tokenId, keyHash);
      else if (status !== NOBODY_KNOWS) {
        const { shownOnce = [] } = request.routeOptions.config;
        const body = withoutMembers(typeof payload === "string" ? payload : "", shownOnce);
        await requests.answer(tokenId, keyHash, { status, headers: storedHeaders(reply.getHeaders()), body });
      }
    } catch (error) {
      // The request has been carried out, and who asked shall hear it; a repeat will be told that nobody knows.
      if (!(error instanceof StoreError)) throw error;
      log.error({ code: error.code }, error.message);
    } finally {
      running.delete(keyHash);
    }
  });
}

/** Counts the hours of running for what is kept, until the API closes. */
export function forgetOldAnswers(api: Api, { requests, clock, log }: IdempotencyParts): void {
  let timer: Timer;
  const waitAnHour = () => {
    timer = clock.schedule(HOUR_MS, () => {
      waitAnHour();
      requests.hourPassed().catch((error: unknown) => {
        if (!(error instanceof StoreError)) throw error;
        log.error({ code: error.code }, error.message);
      });
    });
  };
  waitAnHour();
  api.addHook("onClose", async () => timer.cancel());
}

const INTERRUPTED =
  "The gateway stopped while it carried this request out: look at what there is now, for an order at the lock's events, " +
  "before asking again with another key.";

/** The draft wants a quoted string; most clients send the bare key. */
function keyOf(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  const text = [header].flat().join();
  const key = /^"(.*)"$/.exec(text)?.[1] ?? text;
  if (KEY.test(key)) return key;
  throw new ProblemError("field-invalid", "An Idempotency-Key is 1 to 255 visible ASCII characters.", {
    field: "Idempotency-Key",
  });
}

function storedHeaders(headers: Record<string, unknown>): StoredAnswer["headers"] {
  return Object.fromEntries(
    STORED_HEADERS.filter((name) => name in headers).map((name) => [name, String(headers[name])]),
  );
}

function withoutMembers(json: string, names: readonly string[]): string {
  if (names.length === 0) return json;
  return JSON.stringify(JSON.parse(json), (name, value) => (names.includes(name) ? undefined : value));
}
