import type { Reason } from "../../../protocol/wire/reason.ts";
import type { Refusal } from "../../../protocol/wire/responses.ts";
import type { Challenge } from "../challenge.ts";

export type Refused = { ok: false; refusal: Refusal };

/** `[reason]`; with the next challenge where the command may have spent one. */
export function refuse(reason: Reason, challenge?: Challenge): Refused {
  const asRefusal = reason as Refusal["reason"];
  return { ok: false, refusal: challenge ? { reason: asRefusal, challenge: challenge.bytes } : { reason: asRefusal } };
}
