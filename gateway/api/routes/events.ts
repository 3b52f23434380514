import { Type } from "@fastify/type-provider-typebox";
import type { Api, ApiParts } from "../api.ts";
import { eventView } from "../event-view.ts";
import { cursorAt, LIMIT_DEFAULT, PageQuery, pageOf, positionAfter } from "../page.ts";
import { problemResponses } from "../problem.ts";
import { locksWithin, scopeOf } from "../scope.ts";

export function addEventRoutes(api: Api, { events, locks }: ApiParts): void {
  api.get(
    "/events",
    {
      schema: {
        operationId: "listEvents",
        summary: "Events of all locks, in the order in which they became safe here",
        description: "`next` is always there: asking again with it gives what is new.",
        tags: ["events"],
        querystring: PageQuery,
        response: {
          200: Type.Required(pageOf("Event"), { description: "One page" }),
          ...problemResponses("field-invalid"),
        },
      },
    },
    async (request) => {
      const { limit = LIMIT_DEFAULT } = request.query;
      const after = positionAfter("events", request.query, "0");
      const scope = scopeOf(request);
      const found = scope.isWhole
        ? events.after(Number(after), limit)
        : events.afterForLocks(locksWithin(scope, locks), Number(after), limit);
      const items = found.map(eventView);
      return { items, next: items.at(-1)?.cursor ?? cursorAt("events", after) };
    },
  );
}
