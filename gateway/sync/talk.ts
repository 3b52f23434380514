import type { CommandName } from "../../protocol/wire/commands.ts";
import { reasonName } from "../../protocol/wire/reason.ts";
import type { Refusal, Response, Responses } from "../../protocol/wire/responses.ts";
import { ProtocolError } from "../../protocol/protocol-error.ts";
import type { LockSession } from "../link/lock-session.ts";

/** Lends a session of one lock for one job. Between two jobs others may have their turn, and the session may be a new one. */
export type Talk = <T>(job: (session: LockSession) => Promise<T>) => Promise<T>;

/** The lock answered no to what it should grant, or does not keep its word; the message names what and why. */
export class LockDisagrees extends ProtocolError {
  override readonly name = "LockDisagrees";

  constructor(message: string) {
    super("refused-by-peer", message);
  }
}

/** The response's value; throws LockDisagrees, naming `what` was refused and the reason. */
export function granted<N extends CommandName>(what: string, response: Response<N>): Responses[N] {
  if (response.ok) return response.value;
  throw refused(what, response.refusal);
}

export function refused(what: string, refusal: Refusal): LockDisagrees {
  return new LockDisagrees(`the lock refuses ${what}: ${reasonName(refusal.reason)}`);
}
