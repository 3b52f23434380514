import { type ErrCode, encodeMessage } from "../../protocol/wire/messages.ts";
import type { Refused } from "./diagnostics.ts";

/** What a request gets (protocol.md §8, §10). */
export type Answer =
  | { kind: "reply"; frame: Uint8Array }
  /** Never stored for a resend: a moment later it may be another. */
  | { kind: "err"; frame: Uint8Array; refused: Refused }
  | { kind: "silence"; refused: Refused }
  /** The bolt is on its way: the reply comes when it has got there. */
  | { kind: "later" };

export const LATER: Answer = { kind: "later" };

export function reply(frame: Uint8Array): Answer {
  return { kind: "reply", frame };
}

/** ERR for the peer, and for ourselves what it got wrong. */
export function err(code: ErrCode, refused: Refused): Answer {
  return { kind: "err", frame: encodeMessage({ type: "ERR", code }), refused };
}

export function silence(refused: Refused): Answer {
  return { kind: "silence", refused };
}
