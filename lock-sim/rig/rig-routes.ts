import { Type } from "typebox";
import type { EventStreams } from "./event-streams.ts";
import { faceRoutes } from "./face.ts";
import { describeRoutes } from "./openapi.ts";
import { jsonReply } from "./reply.ts";
import type { RigParts } from "./rig-parts.ts";
import { type Route, route } from "./route.ts";
import { handsRoutes } from "./routes/hands.ts";
import { lookingRoutes } from "./routes/looking.ts";
import { tagRoutes } from "./routes/tags.ts";
import { worldRoutes } from "./routes/world.ts";
import type { StateView } from "./state.ts";
import type { StateWaiters } from "./state-waiters.ts";

/** Everything that a rig can ask, its own description included. */
export function rigRoutes(parts: RigParts, view: StateView, waiters: StateWaiters, streams: EventStreams): Route[] {
  const routes: Route[] = [
    ...lookingRoutes(parts, view, waiters, streams),
    ...handsRoutes(parts, view),
    ...tagRoutes(parts, view),
    ...worldRoutes(parts, view),
    ...faceRoutes(),
    route({
      method: "GET",
      path: "/openapi.json",
      operationId: "getDescription",
      tag: "looking",
      summary: "This description",
      description: "OpenAPI 3.1.",
      answer: { type: "application/json", schema: Type.Object({}), description: "This document" },
      handle: () => jsonReply(description),
    }),
  ];
  const description = describeRoutes(routes);
  return routes;
}
