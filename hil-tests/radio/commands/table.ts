import type { Parts } from "../controller/parts.ts";
import { Status } from "../hci/status.ts";
import { advertisingCommands } from "./advertising.ts";
import { baselineCommands } from "./baseline.ts";
import { type Answer, type Command, notBegun, refused } from "./command.ts";
import { connectingCommands } from "./connecting.ts";
import { scanningCommands } from "./scanning.ts";

const commands: ReadonlyMap<number, Command> = new Map(
  [...baselineCommands, ...advertisingCommands, ...scanningCommands, ...connectingCommands].map((command) => [
    command.opcode,
    command,
  ]),
);

/** Does what the host commands. What no such controller knows is answered so, too. */
export function runCommand(parts: Parts, opcode: number, parameters: Uint8Array): Answer {
  const command = commands.get(opcode);
  if (!command) return refused(Status.unknownCommand);
  if (parameters.length !== command.bytes)
    return command.answersByStatus ? notBegun(Status.invalidParameters) : refused(Status.invalidParameters);
  return command.run(parts, parameters);
}
