import { ProtocolError } from "../../protocol/protocol-error.ts";
import { RefusedByPeer } from "../../protocol/wire/expect-message.ts";
import { Err } from "../../protocol/wire/messages.ts";
import { StoreError } from "../store/store-error.ts";
import { TransportError } from "../transport/channel.ts";
import { LockDisagrees } from "./lock-disagrees.ts";

/**
 * A sentence for people about a failed exchange with a lock, or undefined if neither the lock nor the world is to blame: then we
 * are, and the daemon must not go on.
 */
export function describeTrouble(error: unknown): string | undefined {
  if (error instanceof RefusedByPeer) return describeErr(error);
  if (error instanceof LockDisagrees) return asSentence(error.message);
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
      return "The lock does not know this gateway: it was reset at the door or unpaired. Pair it again.";
    case Err.notInPairingMode:
      return "The lock is not in pairing mode. Press the button inside the door; it stays in pairing mode for two minutes.";
    case Err.refused:
      return "The lock refuses another gateway: it is paired already. Unpair it first, or reset it by hand at the door.";
  }
}

/** A sentence begins with a capital, unless with a path or an address, and ends with a mark. */
function asSentence(text: string): string {
  const isWord = /^[a-z]+[ ,;']/.test(text);
  return `${isWord ? text.slice(0, 1).toUpperCase() : text.slice(0, 1)}${text.slice(1)}${/[.?!]$/.test(text) ? "" : "."}`;
}
