import { existsSync } from "node:fs";
import type { SerialPort } from "serialport";
import type { Clock, Timer } from "../../protocol/clock.ts";
import { TransportError } from "./channel.ts";
import type { OpenSerialLine } from "./serial-bus.ts";

/** How often a port is looked at that may have been pulled out. */
const LOOK_EVERY_MS = 1_000;

/** Opens real ports with the `serialport` package, which is loaded when the first one is: its import needs a native part. */
export function serialLineOpener(path: string, baud: number, clock: Clock): OpenSerialLine {
  return async (events) => {
    const { SerialPort } = await import("serialport");
    const port = new SerialPort({ path, baudRate: baud, autoOpen: false });
    await new Promise<void>((resolve, reject) => {
      port.open((error) => (error ? reject(openError(path, error)) : resolve()));
    });
    let look: Timer;
    let isOver = false;
    const end = () => {
      isOver = true;
      look.cancel();
      return closePort(port);
    };
    const lost = () => {
      if (isOver) return;
      void end();
      events.lost();
    };
    // serialport 13 reads on for ever, and says nothing, if the device goes while it reads: so look whether it is there.
    const lookLater = () => {
      look = clock.schedule(LOOK_EVERY_MS, () => (existsSync(path) ? lookLater() : lost()));
    };
    lookLater();
    port.on("data", (bytes: Uint8Array) => events.bytes(bytes));
    port.on("error", lost);
    port.on("close", lost);
    return { write: (bytes) => void port.write(bytes), close: end };
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
  if (/inappropriate ioctl|is a directory/i.test(error.message)) {
    return fail("unreachable", `${path} is no serial port`);
  }
  return fail("unreachable", `${path} can not be opened (${error.message})`);
}
