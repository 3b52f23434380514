import { SERIAL_ADDRESS_MAX } from "../../protocol/wire/serial-frame.ts";

/** The way to a lock, as it stands in the API, on the command line and in the store. */
export type Via = { kind: "tcp"; host: string; port: number } | { kind: "serial"; path: string; address: number };

const PORT_MAX = 65_535;

/** What a person gave as a way to a lock is none; the message says what one looks like. */
export class ViaError extends Error {
  override readonly name = "ViaError";
}

/** Reads `tcp://host:port` or `serial:/dev/ttyUSB0[?address=3]`; throws ViaError. */
export function parseVia(text: string): Via {
  if (text.startsWith("tcp:")) return parseTcp(text);
  if (text.startsWith("serial:")) return parseSerial(text);
  throw new ViaError(
    `"${text}" is no way to a lock: write tcp://HOST:PORT or serial:PATH, for example serial:/dev/ttyUSB0.`,
  );
}

/** The one spelling of a way, so that equal ways are equal texts. */
export function formatVia(via: Via): string {
  switch (via.kind) {
    case "tcp":
      return `tcp://${via.host.includes(":") ? `[${via.host}]` : via.host}:${via.port}`;
    case "serial":
      return via.address === 0 ? `serial:${via.path}` : `serial:${via.path}?address=${via.address}`;
  }
}

/** What locks share that can not talk at the same time: a serial line; on TCP each lock has a connection of its own. */
export function carrierOf(via: Via): string {
  return via.kind === "serial" ? formatVia({ ...via, address: 0 }) : formatVia(via);
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
