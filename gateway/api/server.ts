import swagger from "@fastify/swagger";
import { type TypeBoxTypeProvider, TypeBoxValidatorCompiler } from "@fastify/type-provider-typebox";
import fastify, { type FastifyError } from "fastify";
import type { Suite } from "../../crypto/suite.ts";
import type { Log } from "../log.ts";
import { StoreError } from "../store/store-error.ts";
import type { Api, ApiParts } from "./api.ts";
import { authorization } from "./authorization.ts";
import { EventView } from "./event-view.ts";
import { GrantView } from "./grant-view.ts";
import { invalidField } from "./invalid-field.ts";
import { LockView } from "./lock-view.ts";
import { Problem, ProblemError } from "./problem.ts";
import { addEventRoutes } from "./routes/events.ts";
import { addGrantRoutes } from "./routes/grants.ts";
import { addHealthRoute, HealthView } from "./routes/health.ts";
import { ActionView, addLockRoutes } from "./routes/locks.ts";
import { addPairingRoutes, PairingView } from "./routes/pairings.ts";
import { RequestRefused } from "./services.ts";

const BODY_BYTES_MAX = 16 * 1024;
const REQUEST_TIMEOUT_MS = 30_000;
/** A connection that says nothing; longer than any client's poll. */
const IDLE_TIMEOUT_MS = 60_000;

export interface ApiOptions {
  token: string;
  suite: Suite;
  log: Log;
  /** Takes what is no fault of the request or of the world: a mistake of ours. */
  onMistake: (error: unknown) => void;
}

/** The REST interface under /v1, described at /openapi.json. Not listening yet. */
export async function buildApi(parts: ApiParts, options: ApiOptions): Promise<Api> {
  const api = fastify({
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: IDLE_TIMEOUT_MS,
    forceCloseConnections: "idle",
  }).withTypeProvider<TypeBoxTypeProvider>();
  api.setValidatorCompiler(TypeBoxValidatorCompiler);
  api.setErrorHandler<FastifyError>((error, _request, reply) => {
    const problem = asProblem(error, options);
    const body = problem.body();
    if (body.status === 401) reply.header("www-authenticate", "Bearer");
    return reply.code(body.status).type("application/problem+json").serializer(JSON.stringify).send(body);
  });
  api.setNotFoundHandler(() => {
    throw new ProblemError("not-found");
  });
  for (const schema of [Problem, LockView, GrantView, EventView, PairingView, ActionView, HealthView]) {
    api.addSchema(schema);
  }
  await api.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Portvakt",
        description: "The edge gateway for smart locks. Every refusal is an RFC 9457 problem with a stable code.",
        version: parts.version,
        license: { name: "Apache-2.0", identifier: "Apache-2.0" },
      },
      servers: [{ url: "/" }],
      tags: ["health", "pairings", "locks", "grants", "events"].map((name) => ({ name })),
      components: {
        securitySchemes: {
          token: {
            type: "http",
            scheme: "bearer",
            description: "The text of the file api-token in the data directory",
          },
        },
      },
      security: [{ token: [] }],
    },
    refResolver: { buildLocalReference: (schema) => String(schema.$id) },
  });
  api.get("/openapi.json", { schema: { hide: true } }, () => api.swagger());
  const isAuthorized = authorization(options.suite, options.token);
  await api.register(
    async (v1: Api) => {
      addHealthRoute(v1, parts, isAuthorized);
      await v1.register(async (closed: Api) => {
        closed.addHook("onRequest", async (request) => {
          if (!isAuthorized(request.headers.authorization)) throw new ProblemError("unauthorized");
        });
        addPairingRoutes(closed, parts);
        addLockRoutes(closed, parts);
        addGrantRoutes(closed, parts);
        addEventRoutes(closed, parts);
      });
    },
    { prefix: "/v1" },
  );
  await api.ready();
  return api;
}

function asProblem(error: FastifyError, { log, onMistake }: ApiOptions): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof RequestRefused) return refusal(error);
  if (error instanceof StoreError) {
    log.error({ code: error.code }, error.message);
    return new ProblemError("store-failed", `${error.message}.`);
  }
  if (error.validation) return invalidField(error.validation[0], error.validationContext);
  switch (error.statusCode) {
    case 400:
      return new ProblemError("request-malformed", error.message);
    case 413:
      return new ProblemError("request-too-large", `A body has at most ${BODY_BYTES_MAX} bytes.`);
    case 415:
      return new ProblemError("media-type");
    default:
      onMistake(error);
      return new ProblemError("internal");
  }
}

function refusal({ code, message, field }: RequestRefused): ProblemError {
  // In a body a lock that is not there is a wrong field; the address itself was found.
  const problem = code === "unknown-lock" && field !== undefined ? "field-invalid" : code;
  return new ProblemError(problem, message, field === undefined ? {} : { field });
}
