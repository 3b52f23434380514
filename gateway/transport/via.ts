import { SERIAL_ADDRESS_MAX } from "../../protocol/wire/serial-frame.ts";

/** The way to a lock, as it stands in the API, on the command line and in the store. */
export type Via =
  | { kind: "tcp"; host: string; port: number }
  | { kind: "serial"; path: string; address: number }
  /** Known by the id that it advertises, hex of 8 bytes, not by its address. */
  | { kind: "ble"; lockId: string };

const PORT_MAX = 65_535;

/** What a person gave as a way to a lock is none; the message says what one looks like. */
export class ViaError extends Error {
  override readonly name = "ViaError";
}

/** Reads `tcp://host:port`, `serial:/dev/ttyUSB0[?address=3]` or `ble:0a1b2c3d4e5f6071`; throws ViaError. */
export function parseVia(text: string): Via {
  if (text.startsWith("tcp:")) return parseTcp(text);
  if (text.startsWith("serial:")) return parseSerial(text);
  if (text.startsWith("ble:")) return parseBle(text);
  throw new ViaError(
    `"${text}" is no way to a lock: write ble, tcp://HOST:PORT or serial:PATH, for example serial:/dev/ttyUSB0.`,
  );
}

/** The one spelling of a way, so that equal ways are equal texts. */
export function formatVia(via: Via): string {
  switch (via.kind) {
    case "tcp":
      return `tcp://${via.host.includes(":") ? `[${via.host}]` : via.host}:${via.port}`;
    case "serial":
      return via.address === 0 ? `serial:${via.path}` : `serial:${via.path}?address=${via.address}`;
    case "ble":
      return `ble:${via.lockId}`;
  }
}

function parseTcp(text: string): Via {
  const match = /^tcp:\/\/(?:\[([0-9a-fA-F:.]+)\]|([^\s:/?#@[\]]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port < 1 || port > PORT_MAX) {
    throw new ViaError(`"${text}" is no TCP address: write tcp://HOST:PORT, for example tcp://127.0.0.1:7001.`);
  }
  return { kind: "tcp", host, port };
}

function parseBle(text: string): Via {
  const lockId = /^ble:([0-9a-f]{16})$/i.exec(text)?.[1];
  if (lockId === undefined) {
    throw new ViaError(`"${text}" is no lock on Bluetooth: write ble:LOCKID, for example ble:0a1b2c3d4e5f6071.`);
  }
  return { kind: "ble", lockId: lockId.toLowerCase() };
}

function parseSerial(text: string): Via {
  const match = /^serial:([^\s?#]+)(?:\?address=(\d{1,3}))?$/.exec(text);
  const path = match?.[1];
  const address = Number(match?.[2] ?? 0);
  if (path === undefined || address > SERIAL_ADDRESS_MAX) {
    throw new ViaError(
      `"${text}" is no serial line: write serial:PATH or serial:PATH?address=N (1–${SERIAL_ADDRESS_MAX}), for example serial:/dev/ttyUSB0?address=3.`,
    );
  }
  return { kind: "serial", path, address };
}
