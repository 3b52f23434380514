import { ProtocolError } from "../../protocol/protocol-error.ts";
import { RefusedByPeer } from "../../protocol/wire/expect-message.ts";
import { Err } from "../../protocol/wire/messages.ts";
import { StoreError } from "../store/store-error.ts";
import { TransportError } from "../transport/channel.ts";

/** What a person is told when the lock does not know our slot. ERR is a hint only, so it may be somebody else who says so. */
export const NOT_KNOWN_AT_LOCK =
  "The lock does not know this gateway: it was reset or unpaired at the door. Pair it again to use it.";

/**
 * A sentence for people about a failed exchange with a lock, or undefined if neither the lock nor the world is to blame: then we
 * are, and the daemon must not go on.
 */
export function describeTrouble(error: unknown): string | undefined {
  if (error instanceof RefusedByPeer) return describeErr(error);
  if (error instanceof ProtocolError) return `The lock's answer can not be trusted (${error.message}).`;
  if (error instanceof TransportError || error instanceof StoreError) return asSentence(error.message);
  return undefined;
}

function describeErr(error: RefusedByPeer): string {
  switch (error.err) {
    case Err.noSession:
      return "The lock has ended the session.";
    case Err.busy:
      return "The lock is busy.";
    case Err.noSuchSlot:
      return NOT_KNOWN_AT_LOCK;
    case Err.notInPairingMode:
      return "The lock is not in pairing mode. Press the button inside the door; it stays in pairing mode for two minutes.";
    case Err.refused:
      return "The lock refuses another gateway: it is paired already. Unpair it first, or reset it by hand at the door.";
  }
}

function asSentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}${text.endsWith(".") ? "" : "."}`;
}
