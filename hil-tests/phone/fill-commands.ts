import { CCM_TAG_BYTES } from "../../crypto/suite.ts";
import { type Command, encodeCommand } from "../../protocol/wire/commands.ts";
import { encodeHead, FRAME_BYTES_MAX } from "../../protocol/wire/messages.ts";

/** What one C can hold. */
const COMMAND_BYTES_MAX = FRAME_BYTES_MAX - encodeHead({ type: "C", counter: 0 }).length - CCM_TAG_BYTES;

/** As few commands as hold all items in their order; each item alone must fit. */
export function fillCommands<Item, C extends Command>(items: readonly Item[], commandOf: (items: Item[]) => C): C[] {
  const commands: C[] = [];
  let from = 0;
  for (let end = 1; end <= items.length; end++) {
    const hasRoom = encodeCommand(commandOf(items.slice(from, end + 1))).length <= COMMAND_BYTES_MAX;
    if (hasRoom && end < items.length) continue;
    commands.push(commandOf(items.slice(from, end)));
    from = end;
  }
  return commands;
}
