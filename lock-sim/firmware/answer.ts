import { type ErrCode, encodeMessage } from "../../protocol/wire/messages.ts";

/** What a request gets (protocol.md §8, §10). ERR is never stored for a resend: it may be another a moment later. */
export type Answer =
  | { kind: "reply"; frame: Uint8Array }
  | { kind: "err"; frame: Uint8Array }
  | { kind: "silence" }
  /** The bolt is on its way: the reply comes when it has got there. */
  | { kind: "later" };

export const SILENCE: Answer = { kind: "silence" };
export const LATER: Answer = { kind: "later" };

export function reply(frame: Uint8Array): Answer {
  return { kind: "reply", frame };
}

export function err(code: ErrCode): Answer {
  return { kind: "err", frame: encodeMessage({ type: "ERR", code }) };
}
