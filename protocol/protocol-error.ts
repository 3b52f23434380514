/**
 * The peer is wrong: what it sent is not what LK1 asks for here. Whoever catches it ends the session or attempt where
 * protocol.md says so, tells the peer nothing beyond what the page allows, and logs the code.
 */
export class ProtocolError extends Error {
  override readonly name: string = "ProtocolError";
  readonly code: ProtocolErrorCode;

  /** `message` is for our own log; it never holds secrets. */
  constructor(code: ProtocolErrorCode, message: string = code) {
    super(message);
    this.code = code;
  }
}

export type ProtocolErrorCode =
  | "malformed"
  | "unknown-type"
  | "wrong-length"
  | "bad-point"
  | "wrong-tag"
  | "wrong-mac"
  | "wrong-counter"
  | "wrong-signature"
  | "wrong-lock"
  | "session-exhausted"
  | "refused-by-peer";
