import type { FastifyDynamicSwaggerOptions } from "@fastify/swagger";
import { whoMay } from "./permissions.ts";
import { addProblem, type ProblemCode, type ProblemResponses } from "./problem.ts";
import { EXPORT_CONTENT_TYPE } from "./routes/event-export.ts";

const PROBLEM = "#/components/schemas/Problem";

/** The parts of an OpenAPI operation that are completed here. */
interface Operation {
  description?: string;
  security?: object[];
  parameters?: object[];
  responses: ProblemResponses & Record<string, { headers?: Record<string, object> }>;
}

/** How @fastify/swagger makes `/openapi.json` of the routes' schemas. What holds for every route is said once, here. */
export function swaggerOptions(version: string): FastifyDynamicSwaggerOptions {
  return {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Portvakt",
        description:
          "The edge gateway for smart locks. Every refusal is an RFC 9457 problem with a stable code; " +
          "docs/api.md lists codes and roles.",
        version,
        license: { name: "Apache-2.0", identifier: "Apache-2.0" },
      },
      servers: [{ url: "/", description: "This gateway" }],
      tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
      components: {
        securitySchemes: {
          token: {
            type: "http",
            scheme: "bearer",
            description: "A token with a role. The first one is in the file api-token in the data directory",
          },
          signature: {
            type: "apiKey",
            in: "header",
            name: "Signature",
            description:
              "In the place of a bearer token: an HTTP message signature (RFC 9421, ecdsa-p256-sha256) with Signature-Input, " +
              "by a token that was made with a public key. docs/api.md says what it covers",
          },
        },
      },
      security: [{ token: [] }, { signature: [] }],
    },
    refResolver: { buildLocalReference: (schema) => String(schema.$id) },
    transformObject: (document) => {
      if ("openapiObject" in document) completeOperations(document.openapiObject.paths ?? {});
      return "openapiObject" in document ? document.openapiObject : document.swaggerObject;
    },
  };
}

const TAGS = {
  health: "How the daemon fares",
  pairings: "Bringing locks in",
  locks: "Locks, and orders to them",
  grants: "Who may open what, and when",
  subjects: "People, by pseudonym: what is kept about them",
  groups: "Locks that grants name together",
  fleet: "What an issuer elsewhere sends",
  events: "What happened at the locks",
  tokens: "Who may use this API",
};

function completeOperations(paths: object): void {
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(methods as Record<string, Operation>)) {
      complete(method.toUpperCase(), path.replaceAll(/\{(\w+)\}/g, ":$1"), operation);
    }
  }
}

function complete(method: string, route: string, operation: Operation): void {
  const allowed = whoMay(method, route) ?? [];
  if (allowed === "anyone") addProblems(operation, "unauthorized");
  else {
    operation.description = [operation.description, `Roles: ${allowed.join(", ")}.`].filter(Boolean).join("\n\n");
    addProblems(operation, "unauthorized", "forbidden");
  }
  switch (method) {
    case "GET":
      if (route.startsWith("/v1/") && !isStream(operation)) describeReading(operation);
      break;
    case "POST":
      addParameter(operation, IDEMPOTENCY_KEY);
      addProblems(operation, "key-reused", "key-running", "request-interrupted", "store-failed");
      for (const status of ["201", "202"]) addHeader(operation, status, "Location", "Where it is from now on");
      break;
    default:
      addParameter(operation, header("If-Match", "The ETag that it must still have"));
      addProblems(operation, "precondition-failed");
  }
  if (method === "POST" || method === "PUT") addProblems(operation, "digest-wrong");
  addProblems(operation, "too-many-requests", "internal");
}

const IDEMPOTENCY_KEY = header(
  "Idempotency-Key",
  "A text of the client's own, best a UUID: the same request with the same key is carried out once, and gets the same " +
    "answer for a day",
  { maxLength: 255, examples: ["8e03978e-40d5-43e8-bc93-6894a57f9324"] },
);

function describeReading(operation: Operation): void {
  addParameter(operation, header("If-None-Match", "An ETag: 304 if nothing has changed since"));
  addHeader(operation, "200", "ETag", "Changes with the answer");
  operation.responses["304"] = { description: "As it was" };
  const isList = operation.parameters?.some((parameter) => "name" in parameter && parameter.name === "after");
  if (isList) addHeader(operation, "200", "Link", '`rel="next"`: the page after this one, if there is one');
}

/** What is written as it is read has no ETag. */
function isStream({ responses }: Operation): boolean {
  const content = responses["200"]?.content;
  return typeof content === "object" && content !== null && EXPORT_CONTENT_TYPE in content;
}

function header(name: string, description: string, more: object = {}): object {
  return { name, in: "header", required: false, description, schema: { type: "string", ...more } };
}

function addParameter(operation: Operation, parameter: object): void {
  operation.parameters = [...(operation.parameters ?? []), parameter];
}

function addHeader({ responses }: Operation, status: string, name: string, description: string): void {
  const response = responses[status];
  if (response) response.headers = { ...response.headers, [name]: { description, schema: { type: "string" } } };
}

function addProblems({ responses }: Operation, ...codes: ProblemCode[]): void {
  for (const code of codes) addProblem(responses, code, PROBLEM);
}
