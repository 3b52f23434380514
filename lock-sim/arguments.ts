import { parseArgs } from "node:util";
import { SERIAL_ADDRESS_MAX } from "../protocol/wire/serial-frame.ts";
import { type HostPort, parseHostPort } from "./port/host-port.ts";
import type { SerialLine } from "./port/serial.ts";
import { isLoopback } from "./rig/loopback.ts";

const BAUD_DEFAULT = 115_200;
const MODEL_DEFAULT = "Portvakt emulated lock";
const MODEL_BYTES_MAX = 32;

export const USAGE = `Usage: lock-sim (--ble [--adapter NAME] | --serial PATH [--address N] [--baud N] | --tcp HOST:PORT)
                --data DIR [--label LK1:…] [--rig HOST:PORT] [--model NAME]

An emulated lock that speaks LK1 on one carrier. When it listens it prints one line of JSON:
{"lockId", "label", "listening", "rig"}.

  --ble             advertises over Bluetooth LE, and serves one central at a time
  --adapter NAME    with this adapter, hci0 for example; the system's first if not given
  --serial PATH     a serial device, or a pseudo-terminal
  --address N       its address on a bus, 1 to ${SERIAL_ADDRESS_MAX}; 0, point to point, if not given
  --baud N          ${BAUD_DEFAULT} if not given
  --tcp HOST:PORT   listens there; port 0 takes any that is free
  --data DIR        where its flash lies, its clock, its bolt and label.txt; made at the first start
  --label LK1:…     the label it leaves the factory with; drawn if not given
  --rig HOST:PORT   the rig's HTTP interface and the door as a page, on this machine alone (127.0.0.1, ::1 or localhost)
  --model NAME      at most ${MODEL_BYTES_MAX} bytes
`;

export type Carrier =
  | { readonly kind: "ble"; readonly adapter: string | undefined }
  | { readonly kind: "serial"; readonly line: SerialLine }
  | { readonly kind: "tcp"; readonly where: HostPort };

/** What the command line asks for. */
export interface Settings {
  readonly carrier: Carrier;
  readonly dataDir: string;
  readonly label: string | undefined;
  readonly rig: HostPort | undefined;
  readonly model: string;
}

/** The command line is wrong; the message is one sentence. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Undefined if help was asked for. Throws UsageError. */
export function parseArguments(args: string[]): Settings | undefined {
  const given = readOptions(args);
  if (given.help) return undefined;
  if (given.data === undefined) throw new UsageError("--data is missing");
  const { label, model = MODEL_DEFAULT } = given;
  if (Buffer.byteLength(model) > MODEL_BYTES_MAX)
    throw new UsageError(`--model is longer than ${MODEL_BYTES_MAX} bytes`);
  return { carrier: carrierOf(given), dataDir: given.data, label, rig: rigOf(given.rig), model };
}

type Given = ReturnType<typeof readOptions>;

function readOptions(args: string[]) {
  const text = { type: "string" } as const;
  try {
    return parseArgs({
      args,
      options: {
        ble: { type: "boolean" },
        adapter: text,
        serial: text,
        address: text,
        baud: text,
        tcp: text,
        data: text,
        label: text,
        rig: text,
        model: text,
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message.split(". ")[0]!);
  }
}

function carrierOf({ ble, adapter, serial, address, baud, tcp }: Given): Carrier {
  const given = [ble, serial, tcp].filter((carrier) => carrier !== undefined);
  if (given.length !== 1) throw new UsageError("one of --ble, --serial and --tcp is needed");
  if (adapter !== undefined && !ble) throw new UsageError("--adapter goes with --ble");
  if (serial === undefined && (address !== undefined || baud !== undefined))
    throw new UsageError("--address and --baud go with --serial");
  if (ble) return { kind: "ble", adapter: adapterName(adapter) };
  if (tcp !== undefined) return { kind: "tcp", where: hostPort("--tcp", tcp) };
  const line = {
    path: serial!,
    baudRate: baud === undefined ? BAUD_DEFAULT : wholeNumber("--baud", baud, 1, 4_000_000),
    address: address === undefined ? 0 : wholeNumber("--address", address, 0, SERIAL_ADDRESS_MAX),
  };
  return { kind: "serial", line };
}

function adapterName(text: string | undefined): string | undefined {
  if (text === undefined || /^hci\d{1,3}$/.test(text)) return text;
  throw new UsageError("--adapter must be like hci0");
}

function rigOf(text: string | undefined): HostPort | undefined {
  if (text === undefined) return undefined;
  const where = hostPort("--rig", text);
  if (!isLoopback(where.host)) throw new UsageError("--rig is for this machine alone: 127.0.0.1, ::1 or localhost");
  return where;
}

function hostPort(option: string, text: string): HostPort {
  const where = parseHostPort(text);
  if (!where) throw new UsageError(`${option} must be HOST:PORT`);
  return where;
}

function wholeNumber(option: string, text: string, from: number, to: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= from && value <= to) return value;
  throw new UsageError(`${option} must be a whole number from ${from} to ${to}`);
}
