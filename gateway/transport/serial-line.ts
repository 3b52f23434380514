import type { SerialPort } from "serialport";
import { TransportError } from "./channel.ts";
import type { OpenSerialLine } from "./serial-bus.ts";

/** Opens real ports with the `serialport` package, which is loaded when the first one is: its import needs a native part. */
export function serialLineOpener(path: string, baud: number): OpenSerialLine {
  return async (events) => {
    const { SerialPort } = await import("serialport");
    const port = new SerialPort({ path, baudRate: baud, autoOpen: false });
    await new Promise<void>((resolve, reject) => {
      port.open((error) => (error ? reject(openError(path, error)) : resolve()));
    });
    let closing = false;
    port.on("data", (bytes: Uint8Array) => events.bytes(bytes));
    // The close event follows every error that matters and says all that the bus needs.
    port.on("error", () => {});
    port.on("close", () => {
      if (!closing) events.lost();
    });
    return {
      write: (bytes) => void port.write(bytes),
      close: () => {
        closing = true;
        return closePort(port);
      },
    };
  };
}

function closePort(port: SerialPort): Promise<void> {
  if (!port.isOpen) return Promise.resolve();
  return new Promise((resolve) => port.close(() => resolve()));
}

/** The package gives the system's words only: its errors have no codes. */
function openError(path: string, error: Error): TransportError {
  const fail = (code: "unreachable" | "busy", why: string) => new TransportError(code, why, { cause: error });
  if (/no such file|not found|no such device|ENXIO/i.test(error.message)) {
    return fail("unreachable", `${path} is not there: is the adapter plugged in?`);
  }
  if (/permission denied|access denied/i.test(error.message)) {
    return fail(
      "unreachable",
      `${path} may not be opened by this user: add the user to the group that owns it (dialout)`,
    );
  }
  if (/lock port|busy|temporarily unavailable/i.test(error.message)) {
    return fail("busy", `${path} is in use by another program`);
  }
  if (/inappropriate ioctl|not a tty|not a serial|configuration/i.test(error.message)) {
    return fail("unreachable", `${path} is no serial port`);
  }
  return fail("unreachable", `${path} can not be opened (${error.message})`);
}
