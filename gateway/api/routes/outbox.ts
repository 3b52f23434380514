import { type Static, Type } from "@fastify/type-provider-typebox";
import type { SetAsideRow } from "../../store/set-aside-store.ts";
import { takeSeen } from "../../store/take-seen.ts";
import { eventId } from "../../uplink/cloud-event.ts";
import type { Api, ApiParts } from "../api.ts";
import { LockId, Time, timeText } from "../fields.ts";
import { LIMIT_DEFAULT, PageQuery, pageOf, positionAfter, toPage } from "../page.ts";
import { ProblemError, problemResponses } from "../problem.ts";
import { scopeOf, uplinkWithin } from "../scope.ts";

export const OutboxView = Type.Object(
  {
    state: Type.Enum(["none", "delivering", "waiting"]),
    sentence: Type.String({ description: "How delivery fares" }),
    waiting: Type.Integer({ description: "Events that the backend does not have yet" }),
    setAside: Type.Integer({ description: "Events that the backend refused" }),
    disbelieved: Type.Integer({ description: "What the backend said since the start that could not be true" }),
    isStoreShort: Type.Boolean({ description: "Whether changes of the configuration are refused for want of room" }),
    locks: Type.Array(Type.Object({ lockId: LockId, waiting: Type.Integer() }), {
      description: "Those with events that wait",
    }),
  },
  {
    $id: "Outbox",
    description: "What is on its way to the backend",
    examples: [
      {
        state: "delivering",
        sentence: "Events are delivered to https://backend.example.",
        waiting: 2,
        setAside: 0,
        disbelieved: 0,
        isStoreShort: false,
        locks: [{ lockId: "0a1b2c3d4e5f6071", waiting: 2 }],
      },
    ],
  },
);

export type OutboxJson = Static<typeof OutboxView>;

export const SetAsideView = Type.Object(
  {
    cursor: Type.Integer({ description: "Names the event in these routes" }),
    id: Type.String({ description: "As the backend gets it" }),
    lockId: LockId,
    state: Type.Enum(["held", "retry"], { description: "retry: it is about to be sent once more" }),
    why: Type.String(),
    setAsideAt: Time,
  },
  {
    $id: "SetAsideEvent",
    description: "An event that the backend will not take",
    examples: [
      {
        cursor: 12,
        id: "0a1b2c3d4e5f6071-0-12",
        lockId: "0a1b2c3d4e5f6071",
        state: "held",
        why: "https://backend.example rejects it: unknown-lock.",
        setAsideAt: "2027-01-07T12:00:00.000Z",
      },
    ],
  },
);

export type SetAsideJson = Static<typeof SetAsideView>;

const CursorParams = Type.Object({
  cursor: Type.Integer({ minimum: 1, description: "The event's, from the list" }),
});

export function addOutboxRoutes(api: Api, { locks, outbox, setAside, room, uplink }: ApiParts): void {
  api.get(
    "/outbox",
    {
      schema: {
        operationId: "getOutbox",
        summary: "What is on its way to the backend, and what keeps it",
        tags: ["events"],
        response: { 200: { description: "As it is now", $ref: "Outbox#" }, ...problemResponses() },
      },
    },
    async (request): Promise<OutboxJson> => {
      const scope = scopeOf(request);
      const within = locks.list().filter(({ lockId }) => scope.hasLock(lockId));
      const counts = within.map(({ lockId }) => ({ lockId, waiting: outbox.undeliveredCount(lockId) }));
      return {
        ...uplinkWithin(scope, uplink.status()),
        waiting: counts.reduce((sum, { waiting }) => sum + waiting, 0),
        setAside: scope.isWhole ? setAside.count() : setAside.countOf(within.map(({ lockId }) => lockId)),
        disbelieved: uplink.lies,
        isStoreShort: room.isShort,
        locks: counts.filter(({ waiting }) => waiting > 0),
      };
    },
  );

  api.get(
    "/outbox/set-aside",
    {
      schema: {
        operationId: "listSetAside",
        summary: "Events that the backend refused, in the order in which they became safe here",
        tags: ["events"],
        querystring: PageQuery,
        response: { 200: pageOf("SetAsideEvent"), ...problemResponses("field-invalid") },
      },
    },
    async (request) => {
      const { limit = LIMIT_DEFAULT } = request.query;
      const scope = scopeOf(request);
      const positionOf = ({ cursor }: SetAsideRow) => String(cursor);
      const found = takeSeen((after, most) => setAside.open(Number(after), most), {
        after: positionAfter("set-aside", request.query, "0"),
        limit: limit + 1,
        isSeen: ({ lockId }) => scope.hasLock(lockId),
        positionOf,
      });
      const { items, ...next } = toPage("set-aside", found, limit, positionOf);
      return { items: items.map(view), ...next };
    },
  );

  api.post(
    "/outbox/set-aside/:cursor/retries",
    {
      schema: {
        operationId: "retrySetAside",
        summary: "Send an event once more that was set aside",
        tags: ["events"],
        params: CursorParams,
        response: {
          202: { description: "It is about to be sent", $ref: "SetAsideEvent#" },
          ...problemResponses("unknown-event", "field-invalid", "store-failed"),
        },
      },
    },
    async (request, reply) => {
      const { cursor } = request.params;
      const row = known(cursor);
      await setAside.setState(cursor, "retry");
      uplink.poke(row.lockId);
      return reply.code(202).send(view({ ...row, state: "retry" }));
    },
  );

  api.delete(
    "/outbox/set-aside/:cursor",
    {
      schema: {
        operationId: "dropSetAside",
        summary: "Give up an event that was set aside: the backend will never get it",
        tags: ["events"],
        params: CursorParams,
        response: {
          204: Type.Null({ description: "Given up" }),
          ...problemResponses("unknown-event", "field-invalid", "store-failed"),
        },
      },
    },
    async (request, reply) => {
      await setAside.setState(known(request.params.cursor).cursor, "dropped");
      return reply.code(204).send(null);
    },
  );

  function known(cursor: number): SetAsideRow {
    const row = setAside.get(cursor);
    if (!row) throw new ProblemError("unknown-event", `No event ${cursor} is set aside.`);
    return row;
  }
}

function view(row: SetAsideRow): SetAsideJson {
  return {
    cursor: row.cursor,
    id: eventId(row),
    lockId: row.lockId,
    state: row.state === "retry" ? "retry" : "held",
    why: row.why,
    setAsideAt: timeText(row.atMs),
  };
}
