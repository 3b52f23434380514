import { type Static, Type } from "@fastify/type-provider-typebox";
import { toHex } from "../../protocol/wire/bytes.ts";
import { reasonName } from "../../protocol/wire/reason.ts";
import { Flag } from "../../protocol/wire/responses.ts";
import { hex } from "./fields.ts";
import { ProblemError } from "./problem.ts";
import type { ActOutcome } from "./services.ts";

export const ActionView = Type.Object(
  {
    outcome: Type.Literal("done"),
    bolt: Type.Enum(["thrown", "drawn"]),
    seq: Type.Integer({ description: "Of the event in the lock's log" }),
    challenge: Type.Optional(hex(8, "Where somebody else signs: what the next order has to be signed over")),
  },
  {
    $id: "ActionOutcome",
    description: "The lock has done it",
    examples: [{ outcome: "done", bolt: "drawn", seq: 12 }],
  },
);

export type ActionJson = Static<typeof ActionView>;

/** How an order ended, or a ProblemError if it was not carried out. */
export function actionView(outcome: ActOutcome): ActionJson {
  switch (outcome.kind) {
    case "done": {
      const { flags, seq, challenge } = outcome;
      const bolt = (flags & Flag.thrown) !== 0 ? "thrown" : "drawn";
      return { outcome: "done", bolt, seq, ...(challenge && { challenge: toHex(challenge) }) };
    }
    case "refused": {
      const { reason, challenge } = outcome;
      throw new ProblemError("lock-refused", `The lock refused: ${reasonName(reason)}.`, {
        reason,
        ...(challenge && { challenge: toHex(challenge) }),
      });
    }
    case "unreachable":
      throw new ProblemError("lock-unreachable", outcome.message);
    case "unknown":
      throw new ProblemError("outcome-unknown", outcome.message);
  }
}
