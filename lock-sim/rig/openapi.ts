import type { TObject, TSchema } from "typebox";
import { Type } from "typebox";
import { closed } from "./fields.ts";
import { LogRecordView } from "./log-view.ts";
import { type Route, TAGS } from "./route.ts";
import { LockState } from "./state-schema.ts";

const Problem = closed(
  {
    status: Type.Integer({ description: "The HTTP status" }),
    detail: Type.String({ description: "One sentence for whoever wrote the request" }),
    field: Type.Optional(Type.String({ description: "Which field is wrong" })),
  },
  "An RFC 9457 problem",
);

const COMPONENTS: Readonly<Record<string, TSchema>> = { LockState, LogRecord: LogRecordView, Problem };

/** What every route may answer besides: it is never reached, or the request is refused before. */
const EVERYWHERE: Readonly<Record<number, string>> = {
  400: "The request is not as described",
  403: "The request comes from a page or a machine that is not this one",
};
const WITH_BODY: Readonly<Record<number, string>> = {
  413: "The body is too long",
  415: "The body is not application/json",
};

/** The OpenAPI 3.1 description of the routes. */
export function describeRoutes(routes: readonly Route[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    paths[route.path] ??= {};
    paths[route.path]![route.method.toLowerCase()] = operation(route);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Portvakt lock-sim rig",
      version: "1",
      description:
        "The hands and eyes of a test rig at an emulated lock, for programs on this machine alone. Nothing here goes through " +
        "LK1: a lock of steel has no such interface.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/", description: "This lock" }],
    security: [],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths: withReferences(paths),
    components: { schemas: COMPONENTS },
  };
}

function operation({ operationId, tag, summary, description, query, body, example, answer, refusals }: Route): object {
  const statuses = { ...EVERYWHERE, ...(body && WITH_BODY), ...refusals };
  return {
    operationId,
    tags: [tag],
    summary,
    description,
    ...(query && { parameters: parameters(query) }),
    ...(body && { requestBody: requestBody(body, example) }),
    responses: {
      200: { description: answer.description, content: { [answer.type]: { schema: answer.schema } } },
      ...Object.fromEntries(Object.entries(statuses).map(([status, when]) => [status, problem(when)])),
    },
  };
}

function parameters(query: TObject): object[] {
  return Object.entries(query.properties).map(([name, schema]) => {
    const { description, ...rest } = schema as { description?: string };
    return { name, in: "query", description, schema: rest };
  });
}

function requestBody(schema: TObject, example: unknown): object {
  const required = (schema as { required?: string[] }).required ?? [];
  return { required: required.length > 0, content: { "application/json": { schema, example } } };
}

function problem(description: string): object {
  return { description, content: { "application/problem+json": { schema: Problem } } };
}

/** A copy in which each component stands by its name. */
function withReferences(paths: object): object {
  const names = new Map<unknown, string>(Object.entries(COMPONENTS).map(([name, schema]) => [schema, name]));
  const text = JSON.stringify(paths, (_, value) => {
    const name = names.get(value);
    return name === undefined ? value : { $ref: `#/components/schemas/${name}` };
  });
  return JSON.parse(text);
}
