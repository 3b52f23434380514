import { Type } from "@fastify/type-provider-typebox";
import type { Api } from "./api.ts";
import { ProblemError } from "./problem.ts";

export const LIMIT_DEFAULT = 100;
const LIMIT_MAX = 1000;
const CURSOR_CHARACTERS_MAX = 100;

/** `?after=CURSOR&limit=N`, as every list takes it. */
export const PageQuery = Type.Object(
  {
    after: Type.Optional(
      Type.String({
        maxLength: CURSOR_CHARACTERS_MAX,
        description: "The `next` of the page before, as it is: what it says inside may change",
      }),
    ),
    limit: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: LIMIT_MAX,
        default: LIMIT_DEFAULT,
        description: "How many items at most",
      }),
    ),
  },
  { additionalProperties: false },
);

/** A page of what `schemaId` names. `next` is there if there may be more. */
export function pageOf(schemaId: string) {
  return Type.Object(
    {
      items: Type.Array(Type.Unsafe({ $ref: `${schemaId}#` })),
      next: Type.Optional(Type.String({ description: "Pass it as `after` to go on" })),
    },
    { description: "One page" },
  );
}

/** Where an item stands in the list of this name, as clients get it. */
export function cursorAt(list: string, position: string | number): string {
  return Buffer.from(`${list} ${position}`).toString("base64url");
}

/** The position behind the query's cursor, `otherwise` without one. Throws ProblemError if it is no cursor of this list. */
export function positionAfter(list: string, { after }: { after?: string }, otherwise: string): string {
  if (after === undefined) return otherwise;
  const position = new RegExp(`^${list} ([0-9a-f]+)$`).exec(Buffer.from(after, "base64url").toString())?.[1];
  if (position !== undefined) return position;
  throw new ProblemError("field-invalid", "after is no cursor of this list", { field: "after" });
}

/** A page of up to `limit` items out of `limit + 1`, so that the last one is known to be the last. */
export function toPage<T>(
  list: string,
  found: T[],
  limit: number,
  positionOf: (item: T) => string,
): { items: T[]; next?: string } {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, ...(found.length > limit && last && { next: cursorAt(list, positionOf(last)) }) };
}

/** `Link: <…>; rel="next"` on every page that has a next one (RFC 8288); whoever follows it comes to an end. */
export function linkPages(api: Api): void {
  api.addHook("preSerialization", async (request, reply, payload) => {
    if (request.method !== "GET" || !isPage(payload)) return payload;
    const { pathname, searchParams } = new URL(request.url, "http://here");
    searchParams.set("after", payload.next);
    reply.header("link", `<${pathname}?${searchParams}>; rel="next"`);
    return payload;
  });
}

/** Of events there is always a next page, empty until something happens. */
function isPage(payload: unknown): payload is { items: unknown[]; next: string } {
  if (typeof payload !== "object" || payload === null || !("items" in payload) || !("next" in payload)) return false;
  return Array.isArray(payload.items) && payload.items.length > 0 && typeof payload.next === "string";
}
