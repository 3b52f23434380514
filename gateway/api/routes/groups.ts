import { type Static, Type } from "@fastify/type-provider-typebox";
import type { GroupRow } from "../../store/group-store.ts";
import { takeSeen } from "../../store/take-seen.ts";
import type { Api, ApiParts } from "../api.ts";
import { hex, LockId, Time, timeText } from "../fields.ts";
import { LIMIT_DEFAULT, PageQuery, pageOf, positionAfter, toPage } from "../page.ts";
import { BODY_PROBLEMS, ProblemError, problemResponses } from "../problem.ts";
import { scopeOf } from "../scope.ts";

const LOCKS_MAX = 1000;

const GroupId = hex(8, "The group's id: 16 hexadecimal digits");
const GroupParams = Type.Object({ groupId: GroupId });
const GroupName = Type.String({ minLength: 1, maxLength: 100, description: "For people; unlike any other group's" });
const Locks = Type.Array(LockId, { maxItems: LOCKS_MAX, uniqueItems: true });

const EXAMPLE = { name: "Stair 4", locks: ["0a1b2c3d4e5f6071"] };
const GroupBody = Type.Object({ name: GroupName, locks: Locks }, { additionalProperties: false, examples: [EXAMPLE] });

export const GroupView = Type.Object(
  { groupId: GroupId, name: GroupName, locks: Locks, createdAt: Time },
  {
    $id: "Group",
    description: "Locks that grants can name together: a stair, the laundries",
    examples: [{ groupId: "00112233445566aa", ...EXAMPLE, createdAt: "2027-01-07T12:00:00.000Z" }],
  },
);

export type GroupJson = Static<typeof GroupView>;

const PUT_PROBLEMS = problemResponses(...BODY_PROBLEMS, "group-exists", "table-full", "stairs-mixed", "store-failed");

export function addGroupRoutes(api: Api, { groups }: Pick<ApiParts, "groups">): void {
  api.post(
    "/groups",
    {
      schema: {
        operationId: "addGroup",
        summary: "Put locks together",
        tags: ["groups"],
        body: GroupBody,
        response: { 201: { description: "Made", $ref: "Group#" }, ...PUT_PROBLEMS },
      },
    },
    async (request, reply) => {
      const group = groupView(await groups.add(request.body));
      return reply.code(201).header("location", `/v1/groups/${group.groupId}`).send(group);
    },
  );

  api.put(
    "/groups/:groupId",
    {
      schema: {
        operationId: "putGroup",
        summary: "Make a group, or give it another name and other locks",
        description: "A lock that comes in gets the grants for the group, one that is left out loses them.",
        tags: ["groups"],
        params: GroupParams,
        body: GroupBody,
        response: { 200: { description: "As it is now", $ref: "Group#" }, ...PUT_PROBLEMS },
      },
    },
    async (request) => groupView(await groups.put(request.params.groupId, request.body)),
  );

  api.get(
    "/groups",
    {
      schema: {
        operationId: "listGroups",
        summary: "The groups, in order of id",
        tags: ["groups"],
        querystring: PageQuery,
        response: { 200: pageOf("Group"), ...problemResponses("field-invalid") },
      },
    },
    async (request) => {
      const { limit = LIMIT_DEFAULT } = request.query;
      const scope = scopeOf(request);
      const positionOf = ({ groupId }: GroupRow) => groupId;
      const found = takeSeen((after, most) => groups.list(after, most), {
        after: positionAfter("groups", request.query, ""),
        limit: limit + 1,
        isSeen: ({ groupId }) => scope.hasGroup(groupId),
        positionOf,
      });
      const { items, ...next } = toPage("groups", found, limit, positionOf);
      return { items: items.map(groupView), ...next };
    },
  );

  api.get(
    "/groups/:groupId",
    {
      schema: {
        operationId: "getGroup",
        summary: "One group",
        tags: ["groups"],
        params: GroupParams,
        response: {
          200: { description: "The group", $ref: "Group#" },
          ...problemResponses("unknown-group", "field-invalid"),
        },
      },
    },
    async (request) => {
      const group = groups.get(request.params.groupId);
      if (!group) throw new ProblemError("unknown-group");
      return groupView(group);
    },
  );

  api.delete(
    "/groups/:groupId",
    {
      schema: {
        operationId: "removeGroup",
        summary: "Dissolve a group for which there are no grants",
        tags: ["groups"],
        params: GroupParams,
        response: {
          204: Type.Null({ description: "Gone" }),
          ...problemResponses("unknown-group", "group-in-use", "field-invalid", "store-failed"),
        },
      },
    },
    async (request, reply) => {
      if (!(await groups.remove(request.params.groupId))) throw new ProblemError("unknown-group");
      return reply.code(204).send(null);
    },
  );
}

function groupView({ groupId, name, lockIds, createdAtMs }: GroupRow): GroupJson {
  return { groupId, name, locks: lockIds, createdAt: timeText(createdAtMs) };
}
