import { ProtocolError } from "../../protocol/protocol-error.ts";
import type { CommandName } from "../../protocol/wire/commands.ts";
import { reasonName } from "../../protocol/wire/reason.ts";
import type { Response, Responses } from "../../protocol/wire/responses.ts";

/** A lock that is who it says it is refuses what it should grant, or contradicts itself. The message is for people. */
export class LockDisagrees extends ProtocolError {
  override readonly name = "LockDisagrees";

  constructor(message: string) {
    super("refused-by-peer", message);
  }
}

/** The response's value. Throws LockDisagrees, naming `what` and the reason, if it was refused. */
export function granted<N extends CommandName>(what: string, response: Response<N>): Responses[N] {
  if (response.ok) return response.value;
  throw new LockDisagrees(`the lock refuses ${what}: ${reasonName(response.refusal.reason)}`);
}
