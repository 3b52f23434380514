import { type Static, Type } from "@fastify/type-provider-typebox";
import { toHex } from "../../../protocol/wire/bytes.ts";
import { actionView } from "../action-view.ts";
import type { Api, ApiParts } from "../api.ts";
import { base64, fromBase64 } from "../base64-field.ts";
import { hex, LockId, Time, timeText } from "../fields.ts";
import { BODY_PROBLEMS, ProblemError, problemResponses } from "../problem.ts";

const LockParams = Type.Object({ lockId: LockId });

const OrderBody = Type.Object(
  {
    order: base64("Signed by the bearer's key, or for actions 5 and 6 by the issuer's (protocol.md §7)"),
    grant: Type.Optional(base64("A grant that the lock has not in its table")),
  },
  { additionalProperties: false, examples: [{ order: "0oRDoQEmoQRI…" }] },
);

export const ChallengeView = Type.Object(
  {
    slot: Type.Integer({ description: "The gateway's in this lock: each has a challenge of its own" }),
    challenge: hex(8, "What the next order or time token has to be signed over"),
    at: Time,
  },
  {
    $id: "Challenge",
    description: "The lock's current challenge",
    examples: [{ slot: 0, challenge: "8f1d5c0b7a263e49", at: "2027-01-07T12:00:00.000Z" }],
  },
);

export type ChallengeJson = Static<typeof ChallengeView>;

/** Orders that somebody else has signed, and what they have to be signed over. */
export function addOrderRoutes(api: Api, { locks, actions }: ApiParts): void {
  const expectPaired = (lockId: string) => {
    if (!locks.get(lockId)) throw new ProblemError("unknown-lock", `No lock ${lockId} is paired here.`);
  };

  api.post(
    "/locks/:lockId/orders",
    {
      schema: {
        operationId: "carryOrder",
        summary: "Carry an order that its bearer has signed to the lock; answers when the outcome is known",
        description:
          "The lock decides. A refusal for a stale challenge (reason 7) tells the challenge that the next order has to be signed over.",
        tags: ["locks"],
        params: LockParams,
        body: OrderBody,
        response: {
          200: { description: "Done", $ref: "ActionOutcome#" },
          ...problemResponses(...BODY_PROBLEMS, "unknown-lock", "lock-refused", "lock-unreachable", "outcome-unknown"),
        },
      },
    },
    async ({ params: { lockId }, body }) => {
      expectPaired(lockId);
      const order = fromBase64(body.order, "order");
      const grant = body.grant === undefined ? undefined : fromBase64(body.grant, "grant");
      return actionView(await actions.carry(lockId, order, grant));
    },
  );

  api.get(
    "/locks/:lockId/challenge",
    {
      schema: {
        operationId: "getChallenge",
        summary: "Ask the lock what the next order has to be signed over",
        tags: ["locks"],
        params: LockParams,
        response: {
          200: { description: "As the lock says now", $ref: "Challenge#" },
          ...problemResponses("unknown-lock", "lock-unreachable", "field-invalid"),
        },
      },
    },
    async ({ params: { lockId } }): Promise<ChallengeJson> => {
      expectPaired(lockId);
      const answer = await actions.challenge(lockId);
      if (answer.kind === "unreachable") throw new ProblemError("lock-unreachable", answer.message);
      return { slot: answer.slot, challenge: toHex(answer.challenge), at: timeText(answer.atMs) };
    },
  );
}
