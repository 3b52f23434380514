import type { Noble } from "./noble.ts";

/** What both forks have inside: the socket through which all that is received comes in. */
interface Inside {
  readonly _bindings?: { readonly _hci?: { readonly _socket?: Socket } };
}

interface Socket {
  emit(event: string, ...values: unknown[]): boolean;
  removeAllListeners(): void;
  stop(): void;
}

/**
 * noble reads past the end of an answer that is too short, and whoever is in range can send one: without this the daemon would end
 * each time. What is thrown from its own code is told to `fault`; what is thrown from ours goes on. Of what is received it gets
 * to see what `pass` leaves of it.
 */
export function containFaults(
  noble: Noble,
  pass: (h4: Uint8Array) => Uint8Array | undefined,
  fault: (error: Error) => void,
): void {
  const socket = socketOf(noble);
  if (!socket) return;
  const emit = socket.emit.bind(socket);
  socket.emit = (event, ...values) => {
    const [h4] = values;
    const isPacket = event === "data" && h4 instanceof Uint8Array;
    const passed = isPacket ? pass(h4) : undefined;
    if (isPacket && !passed) return true;
    try {
      return passed ? emit(event, Buffer.from(passed)) : emit(event, ...values);
    } catch (error) {
      if (!(error instanceof Error) || !isTheirs(error)) throw error;
      fault(error);
      return true;
    }
  };
}

/** @abandonware/noble has no end. Left alone it would answer the next one's connections too, over the same adapter. */
export function closeSocket(noble: Noble): void {
  const socket = socketOf(noble);
  socket?.removeAllListeners();
  socket?.stop();
}

function socketOf(noble: Noble): Socket | undefined {
  return (noble as Inside)._bindings?._hci?._socket;
}

/** Whether it was thrown in a file of noble, or in what that called of Node's own. */
function isTheirs({ stack = "" }: Error): boolean {
  const frames = stack.split("\n").filter((line) => /^ +at /.test(line) && !/\(?node:/.test(line));
  return /[\\/]node_modules[\\/]@(abandonware|stoprocent)[\\/]noble[\\/]/.test(frames[0] ?? "");
}
