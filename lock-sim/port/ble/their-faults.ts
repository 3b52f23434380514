import type { Bleno } from "./bleno.ts";

/** What bleno has inside: the socket through which all that is received comes in. */
interface Inside {
  readonly _bindings?: { readonly _hci?: { readonly _socket?: Socket } };
}

interface Socket {
  emit(event: string, ...values: unknown[]): boolean;
}

/**
 * bleno reads past the end of a request that is too short, and whoever is in range can send one: without this it would end the
 * emulator. What is thrown from its own code is told to `fault`; what is thrown from ours goes on.
 */
export function containFaults(bleno: Bleno, fault: () => void): void {
  const socket = (bleno as Inside)._bindings?._hci?._socket;
  if (!socket) return;
  const emit = socket.emit.bind(socket);
  socket.emit = (event, ...values) => {
    try {
      return emit(event, ...values);
    } catch (error) {
      if (!(error instanceof Error) || !isTheirs(error)) throw error;
      fault();
      return true;
    }
  };
}

/** Whether it was thrown in a file of bleno, or in what that called of Node's own. */
function isTheirs({ stack = "" }: Error): boolean {
  const frames = stack.split("\n").filter((line) => /^ +at /.test(line) && !/\(?node:/.test(line));
  return /[\\/]node_modules[\\/]@abandonware[\\/]bleno[\\/]/.test(frames[0] ?? "");
}
