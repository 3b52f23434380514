import swagger from "@fastify/swagger";
import { type TypeBoxTypeProvider, TypeBoxValidatorCompiler } from "@fastify/type-provider-typebox";
import fastify from "fastify";
import type { Log } from "../log.ts";
import type { KeyedRequestStore } from "../store/keyed-request-store.ts";
import { guard } from "./access.ts";
import { ActionView } from "./action-view.ts";
import { answerProblems, BODY_BYTES_MAX } from "./answer-problems.ts";
import type { Api, ApiParts } from "./api.ts";
import { auditChanges } from "./audit.ts";
import { checkDigests } from "./content-digest.ts";
import { DecisionView } from "./decision-view.ts";
import { swaggerOptions } from "./describe.ts";
import { DocumentResultsView } from "./document-results-view.ts";
import { tagAnswers } from "./etag.ts";
import { EventView } from "./event-view.ts";
import { leaveToIssuer } from "./fleet-mode.ts";
import { GrantView } from "./grant-view.ts";
import { holdScope } from "./hold-scope.ts";
import { answerOnce, forgetOldAnswers } from "./idempotency.ts";
import { LockView } from "./lock-view.ts";
import { linkPages } from "./page.ts";
import { Problem } from "./problem.ts";
import { RATE_LIMITS, RateLimiter, type RateLimits } from "./rate-limits.ts";
import { keepRoom } from "./room.ts";
import { AuditEntryView, addAuditRoute } from "./routes/audit.ts";
import { addDecisionRoute } from "./routes/decision.ts";
import { addDocumentRoutes } from "./routes/documents.ts";
import { addEventExportRoute } from "./routes/event-export.ts";
import { addEventRoutes } from "./routes/events.ts";
import { addFleetRoutes, FleetView, ReportsView } from "./routes/fleet.ts";
import { addGrantRoutes } from "./routes/grants.ts";
import { addGroupRoutes, GroupView } from "./routes/groups.ts";
import { addHealthRoute, HealthView } from "./routes/health.ts";
import { addHeldRosterRoutes, HeldRosterView } from "./routes/held-rosters.ts";
import { addLockRoutes } from "./routes/locks.ts";
import { addMetricsRoute } from "./routes/metrics.ts";
import { addOrderRoutes, ChallengeView } from "./routes/orders.ts";
import { addOutboxRoutes, OutboxView, SetAsideView } from "./routes/outbox.ts";
import { addPairingRoutes, PairingView } from "./routes/pairings.ts";
import { addReceiptRoutes, ReceiptResultsView } from "./routes/receipts.ts";
import { addSettingsRoutes, HolidaysView, SettingsView } from "./routes/settings.ts";
import { addSubjectRoutes, SubjectView } from "./routes/subjects.ts";
import { addTokenRoutes, TokenView } from "./routes/tokens.ts";
import { SignedRequests } from "./signed-requests.ts";
import { SyncView } from "./sync-view.ts";

const REQUEST_TIMEOUT_MS = 30_000;
/** A connection that says nothing; longer than any client's poll. */
const IDLE_TIMEOUT_MS = 60_000;

export interface ApiOptions {
  log: Log;
  keyedRequests: KeyedRequestStore;
  /** Whether programs on this machine may read /metrics without a token. */
  openMetricsHere: boolean;
  /** `RATE_LIMITS` if absent. */
  limits?: RateLimits;
  /** Takes what is no fault of the request or of the world: a mistake of ours. */
  onMistake: (error: unknown) => void;
}

const SCHEMAS = [
  Problem,
  LockView,
  SyncView,
  DecisionView,
  GrantView,
  EventView,
  OutboxView,
  SetAsideView,
  PairingView,
  ActionView,
  HealthView,
  TokenView,
  AuditEntryView,
  SubjectView,
  GroupView,
  SettingsView,
  HolidaysView,
  ChallengeView,
  DocumentResultsView,
  FleetView,
  HeldRosterView,
  ReportsView,
  ReceiptResultsView,
];

/** The REST interface under /v1, described at /openapi.json. Not listening yet. */
export async function buildApi(parts: ApiParts, options: ApiOptions): Promise<Api> {
  const api = fastify({
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: IDLE_TIMEOUT_MS,
    forceCloseConnections: "idle",
  }).withTypeProvider<TypeBoxTypeProvider>();
  // Nothing here takes plain text, which Fastify would.
  api.removeContentTypeParser("text/plain");
  api.setValidatorCompiler(TypeBoxValidatorCompiler);
  answerProblems(api, options);
  for (const schema of SCHEMAS) api.addSchema(schema);
  await api.register(swagger, swaggerOptions(parts.version));
  addHooks(api, parts, options);
  api.get("/openapi.json", { schema: { hide: true } }, () => api.swagger());
  addMetricsRoute(api, parts);
  await api.register(async (v1: Api) => addRoutes(v1, parts), { prefix: "/v1" });
  await api.ready();
  return api;
}

/** What is done for every route, in this order. */
function addHooks(
  api: Api,
  parts: ApiParts,
  { log, keyedRequests, openMetricsHere, limits = RATE_LIMITS }: ApiOptions,
): void {
  const { suite, clock, tokens, metrics } = parts;
  const limiter = new RateLimiter(clock, limits);
  guard(api, { tokens, signed: new SignedRequests(parts), limiter, openMetricsHere });
  holdScope(api, parts);
  leaveToIssuer(api, parts);
  checkDigests(api, suite);
  keepRoom(api, parts);
  const keyed = { requests: keyedRequests, suite, clock, log };
  answerOnce(api, keyed);
  forgetOldAnswers(api, keyed);
  tagAnswers(api, parts);
  linkPages(api);
  auditChanges(api, { ...parts, log });
  api.addHook("onResponse", async ({ routeOptions }, { statusCode }) => {
    metrics.answered(routeOptions.schema?.operationId ?? "none", statusCode);
  });
}

function addRoutes(v1: Api, parts: ApiParts): void {
  addHealthRoute(v1, parts);
  addPairingRoutes(v1, parts);
  addLockRoutes(v1, parts);
  addDecisionRoute(v1, parts);
  addOrderRoutes(v1, parts);
  addDocumentRoutes(v1, parts);
  addFleetRoutes(v1, parts);
  addHeldRosterRoutes(v1, parts);
  addReceiptRoutes(v1, parts);
  addGrantRoutes(v1, parts);
  addSubjectRoutes(v1, parts);
  addGroupRoutes(v1, parts);
  addSettingsRoutes(v1, parts);
  addEventRoutes(v1, parts);
  addEventExportRoute(v1, parts);
  addOutboxRoutes(v1, parts);
  addTokenRoutes(v1, parts);
  addAuditRoute(v1, parts);
}
