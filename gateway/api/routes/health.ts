import { type Static, Type } from "@fastify/type-provider-typebox";
import type { Api, ApiParts } from "../api.ts";
import { Time, timeText } from "../fields.ts";
import { scopeOf, uplinkWithin } from "../scope.ts";

export const HealthView = Type.Object(
  {
    status: Type.Literal("alive"),
    details: Type.Optional(
      Type.Object(
        {
          version: Type.String(),
          startedAt: Time,
          locks: Type.Integer(),
          locksInStep: Type.Integer(),
          undelivered: Type.Integer({ description: "Events that the backend does not have yet" }),
          uplink: Type.Object({
            state: Type.Enum(["none", "delivering", "waiting"]),
            sentence: Type.String(),
          }),
          bluetooth: Type.Array(
            Type.Object({
              adapter: Type.String(),
              trouble: Type.Optional(Type.String({ description: "Why it can not be used; absent if it can" })),
            }),
            { description: "Adapters in use; none as long as no lock on Bluetooth is asked for" },
          ),
        },
        { description: "With a token alone" },
      ),
    ),
  },
  { $id: "Health", description: "That the daemon is alive, and how it fares", examples: [{ status: "alive" }] },
);

export type HealthJson = Static<typeof HealthView>;

/** Answers without a token as well, but says less. */
export function addHealthRoute(api: Api, parts: ApiParts): void {
  const startedAt = timeText(parts.clock.wallMs());

  api.get(
    "/health",
    {
      schema: {
        operationId: "getHealth",
        summary: "That the daemon is alive; with a token, how it fares",
        description: "Answers as long as the daemon can answer at all, whatever else is wrong.",
        tags: ["health"],
        security: [{}, { token: [] }],
        response: { 200: { description: "Alive", $ref: "Health#" } },
      },
    },
    async (request): Promise<HealthJson> => {
      if (!request.token) return { status: "alive" };
      const scope = scopeOf(request);
      const locks = parts.locks.list().filter(({ lockId }) => scope.hasLock(lockId));
      return {
        status: "alive",
        details: {
          version: parts.version,
          startedAt,
          locks: locks.length,
          locksInStep: locks.filter(({ lockId }) => parts.sync.status(lockId)?.state === "in-step").length,
          undelivered: locks.reduce((sum, { lockId }) => sum + parts.outbox.undeliveredCount(lockId), 0),
          uplink: uplinkWithin(scope, parts.uplink.status()),
          bluetooth: (parts.radio?.adapters() ?? []).map(({ name, ...rest }) => ({ adapter: name, ...rest })),
        },
      };
    },
  );
}
