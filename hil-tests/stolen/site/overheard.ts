import type { Suite } from "../../../crypto/suite.ts";
import type { Channel, OpenOptions, Transport } from "../../../gateway/transport/channel.ts";
import type { HeardFrame } from "./theft.ts";

/** The transport, and every frame that goes over it. `lockAt` says which lock is at the far end. */
export function overheard(transport: Transport, lockAt: (via: string) => string, frames: HeardFrame[]): Transport {
  return {
    open: async (via: string, options: OpenOptions) =>
      overheardChannel(await transport.open(via, options), lockAt(via), frames),
    close: () => transport.close(),
  };
}

function overheardChannel(channel: Channel, lockId: string, frames: HeardFrame[]): Channel {
  return {
    get closed() {
      return channel.closed;
    },
    request: async (frame, options) => {
      const reply = await channel.request(frame, options);
      frames.push({ lockId, request: frame, reply });
      return reply;
    },
    close: () => channel.close(),
  };
}

/** The suite, and every key that is derived with it. */
export function remembering(suite: Suite, keys: Uint8Array[]): Suite {
  return {
    ...suite,
    hkdfExpand: (prk, info, length) => {
      const derived = suite.hkdfExpand(prk, info, length);
      keys.push(derived.reveal().slice());
      return derived;
    },
  };
}
