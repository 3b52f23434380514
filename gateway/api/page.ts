import { Type } from "@fastify/type-provider-typebox";

export const LIMIT_DEFAULT = 100;
const LIMIT_MAX = 1000;

/** `?after=CURSOR&limit=N`, as every list takes it. */
export const PageQuery = Type.Object(
  {
    after: Type.Optional(Type.String({ maxLength: 32, description: "The `next` of the page before" })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: LIMIT_MAX, default: LIMIT_DEFAULT })),
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

/** A page of up to `limit` items out of `limit + 1`, so that the last one is known to be the last. */
export function toPage<T>(found: T[], limit: number, cursorOf: (item: T) => string): { items: T[]; next?: string } {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, ...(found.length > limit && last && { next: cursorOf(last) }) };
}
