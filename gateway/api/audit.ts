import type { FastifyReply, FastifyRequest } from "fastify";
import type { Clock } from "../../protocol/clock.ts";
import type { Log } from "../log.ts";
import type { AuditEntry, AuditStore } from "../store/audit-store.ts";
import { StoreError } from "../store/store-error.ts";
import type { TokenRow } from "../store/token-store.ts";
import type { Api } from "./api.ts";
import { PROBLEMS } from "./problem.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Members of the body that say what was done and hold no secret. */
    audited?: readonly string[];
  }
}

export interface AuditParts {
  audit: AuditStore;
  clock: Clock;
  log: Log;
}

const READS = ["GET", "HEAD", "OPTIONS"];
/** Parts of an address that may be kept: a pseudonym is somebody's, and goes when they are erased. */
const KEPT_PARAMS = ["lockId", "groupId", "id", "cursor"];
const ID = /^[0-9a-f]{1,16}$/;

/**
 * An entry for each change asked for over the API, made or refused, and for each one made a line in the log: who, what and where. It
 * is on the disk before the answer goes out. Never why it failed in words, nor what it says of people. What is turned away for asking too
 * often leaves none, so that nobody can wash the others out.
 */
export function auditChanges(api: Api, { audit, clock, log }: AuditParts): void {
  api.addHook("onSend", async (request, reply, payload) => {
    const { token, method } = request;
    if (READS.includes(method) || !token || reply.statusCode === PROBLEMS["too-many-requests"].status) return payload;
    const entry = entryOf(request, token, reply, payload, clock.wallMs());
    try {
      await audit.add(entry);
    } catch (error) {
      // Doors open on a full disk too.
      if (!(error instanceof StoreError)) throw error;
      log.error({ code: error.code }, error.message);
    }
    if (reply.statusCode < 400) {
      const { tokenId, role, operation, object } = entry;
      log.info({ tokenId, tokenRole: role, what: operation, ...object }, `Changed over the API: ${operation}.`);
    }
    return payload;
  });
}

function entryOf(
  { routeOptions, body, params }: FastifyRequest,
  { id: tokenId, role }: TokenRow,
  reply: FastifyReply,
  payload: unknown,
  atMs: number,
): AuditEntry {
  const { audited = [] } = routeOptions.config;
  const said = pick(body, audited, (value) => typeof value === "string");
  const where = pick(params, KEPT_PARAMS, (value) => ID.test(String(value)));
  const location = reply.getHeader("location");
  const { statusCode: status } = reply;
  return {
    atMs,
    tokenId,
    role,
    operation: routeOptions.schema?.operationId ?? "",
    object: {
      ...(status < 400 && said),
      ...where,
      ...(typeof location === "string" && { location }),
      ...(reply.hasHeader("idempotent-replayed") && { replayed: true }),
    },
    status,
    ...(status >= 400 && typeof payload === "string" && { problem: String(JSON.parse(payload).code) }),
  };
}

/** What was sent may be anything, and a list has no such members either. */
function pick(sent: unknown, names: readonly string[], isKept: (value: unknown) => boolean): Record<string, string> {
  const from = new Map(typeof sent === "object" && sent !== null ? Object.entries(sent) : []);
  const kept = names.filter((name) => from.has(name) && isKept(from.get(name)));
  return Object.fromEntries(kept.map((name) => [name, String(from.get(name))]));
}
