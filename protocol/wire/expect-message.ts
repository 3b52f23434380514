import { ProtocolError } from "../protocol-error.ts";
import { decodeMessage, type ErrCode, type Message, type MessageType } from "./messages.ts";

/** The peer answered ERR. Anyone can have sent that: it proves nothing and ends nothing but this attempt. */
export class RefusedByPeer extends ProtocolError {
  override readonly name = "RefusedByPeer";
  readonly err: ErrCode;

  constructor(err: ErrCode) {
    super("refused-by-peer", `ERR ${err}`);
    this.err = err;
  }
}

/** Decodes a frame that must hold a message of one type. Throws RefusedByPeer on ERR, else as `decodeMessage`. */
export function expectMessage<T extends MessageType>(frame: Uint8Array, type: T): Extract<Message, { type: T }> {
  const message = decodeMessage(frame);
  if (message.type === type) return message as Extract<Message, { type: T }>;
  if (message.type === "ERR") throw new RefusedByPeer(message.code);
  throw new ProtocolError("unknown-type", `${message.type} where ${type} was expected`);
}
