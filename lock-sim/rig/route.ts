import type { IncomingHttpHeaders } from "node:http";
import type { Static, TObject, TSchema } from "typebox";
import type { Reply } from "./reply.ts";

/** What a handler gets of a request, checked against the route's schemas. */
export interface RigRequest<Query, Body> {
  readonly query: Query;
  readonly body: Body;
  readonly headers: IncomingHttpHeaders;
  /** Aborts when the client has gone. */
  readonly gone: AbortSignal;
}

/** One thing that a rig can ask: what is checked and what is described are the same schemas. */
export interface Route<Query extends TObject = TObject, Body extends TObject = TObject> {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly operationId: string;
  readonly tag: keyof typeof TAGS;
  readonly summary: string;
  readonly description: string;
  readonly query?: Query;
  readonly body?: Body;
  /** What stands in the body, for the description. */
  readonly example?: Static<Body>;
  /** What comes with 200. */
  readonly answer: { readonly type: string; readonly schema: TSchema; readonly description: string };
  /** Statuses of its own with which it refuses, and when. */
  readonly refusals?: Readonly<Record<number, string>>;
  /** Throws HttpError. */
  handle(request: RigRequest<Static<Query>, Static<Body>>): Reply | Promise<Reply>;
}

export const TAGS = {
  looking: "What the lock is and does",
  hands: "What people do at the door",
  world: "Power, time, and what breaks",
} as const;

/** A route with its types forgotten: requests are checked against its schemas before they come to it. */
export function route<Query extends TObject, Body extends TObject>(described: Route<Query, Body>): Route {
  return described as unknown as Route;
}
