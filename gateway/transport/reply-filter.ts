import { equalBytes } from "../../protocol/wire/bytes.ts";

const TYPE_BITS = 0x0f;
const ERR_TYPE = 15;

/**
 * Tells the answer to the request in flight from frames that come too late.
 *
 * A request that was sent twice is answered twice, and one that was given up may be answered after all; neither may
 * pass for the answer to the next request. Every LK1 answer has the type after its request's (protocol.md §1). Whether the
 * answer is genuine is for the session to say.
 */
export class ReplyFilter {
  #lastReply: Uint8Array | undefined;

  accepts(request: Uint8Array, reply: Uint8Array): boolean {
    const type = typeOf(reply);
    if (type === ERR_TYPE) return true;
    if (type !== typeOf(request) + 1) return false;
    if (this.#lastReply && equalBytes(this.#lastReply, reply)) return false;
    this.#lastReply = reply;
    return true;
  }
}

/** What a gateway or a bearer says; the types that answer are the even ones, and ERR (protocol.md §1). */
export function isRequest(frame: Uint8Array): boolean {
  const type = typeOf(frame);
  return type % 2 === 1 && type !== ERR_TYPE;
}

function typeOf(frame: Uint8Array): number {
  return (frame[0] ?? 0) & TYPE_BITS;
}
