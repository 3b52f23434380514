import { ProtocolError } from "../../protocol/protocol-error.ts";
import type { CommandName } from "../../protocol/wire/commands.ts";
import { type Reason, reasonName } from "../../protocol/wire/reason.ts";
import type { Response, Responses } from "../../protocol/wire/responses.ts";

/** A lock that is who it says it is refuses what it should grant, or contradicts itself. The message is for people. */
export class LockDisagrees extends ProtocolError {
  override readonly name: string = "LockDisagrees";
  /** The reason that the lock gave, if it refused. */
  readonly refusal: Reason | undefined;

  constructor(message: string, refusal?: Reason) {
    super("refused-by-peer", message);
    this.refusal = refusal;
  }
}

/** The response's value. Throws LockDisagrees, naming `what` and the reason, if it was refused. */
export function granted<N extends CommandName>(what: string, response: Response<N>): Responses[N] {
  if (response.ok) return response.value;
  const { reason } = response.refusal;
  throw new LockDisagrees(`the lock refuses ${what}: ${reasonName(reason)}`, reason);
}
