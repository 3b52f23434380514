import { CCM_TAG_BYTES } from "../../crypto/suite.ts";
import { encodeCommand } from "../../protocol/wire/commands.ts";
import { FRAME_BYTES_MAX } from "../../protocol/wire/messages.ts";

/** C is header, CmdCtr, command and tag (protocol.md §3). */
const COMMAND_BYTES_MAX = FRAME_BYTES_MAX - 3 - CCM_TAG_BYTES;
/** Of a list in a command, when it has up to 255 items (RFC 8949 §3): one byte with fewer than 24. */
const LIST_HEAD_BYTES = 2;
const BATCH_BYTES_MAX =
  COMMAND_BYTES_MAX - encodeCommand({ name: "grantPut", grants: [] }).length - LIST_HEAD_BYTES + 1;
const STRING_HEAD_BYTES = (bytes: number) => (bytes < 24 ? 1 : bytes < 256 ? 2 : 3);

/** Something of this many bytes that goes into a GRANT PUT or GRANT DROP. */
export interface Item {
  id: string;
  bytes: number;
}

/** The items in as few commands as can be had without trying all ways: the largest first, each into the first that has room for it. */
export function inFullFrames<T extends Item>(items: readonly T[]): T[][] {
  const frames: { items: T[]; bytesLeft: number }[] = [];
  for (const item of items.toSorted((a, b) => b.bytes - a.bytes)) {
    const bytes = STRING_HEAD_BYTES(item.bytes) + item.bytes;
    const roomy = frames.find(({ bytesLeft }) => bytesLeft >= bytes);
    if (roomy) {
      roomy.items.push(item);
      roomy.bytesLeft -= bytes;
    } else {
      frames.push({ items: [item], bytesLeft: BATCH_BYTES_MAX - bytes });
    }
  }
  return frames.map((frame) => frame.items);
}
