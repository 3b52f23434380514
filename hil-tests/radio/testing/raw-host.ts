import { concat, fromHex } from "../../../protocol/wire/bytes.ts";
import type { Controller } from "../controller.ts";

/** What a controller has said, in the terms of the Core Specification. */
export type Said =
  | { kind: "complete"; opcode: number; status: number; values: number[] }
  | { kind: "status"; opcode: number; status: number }
  | { kind: "report"; type: number; from: string; data: string; strengthDbm: number }
  | { kind: "connected"; status: number; handle: number; role: "central" | "peripheral"; peer: string }
  | { kind: "disconnected"; handle: number; reason: number }
  | { kind: "sent"; handle: number; packets: number }
  | { kind: "data"; handle: number; flags: number; data: string }
  | { kind: "other"; h4: string };

/** A host that speaks bare HCI. It packs and unpacks by itself, so that a test sees the bytes as others would. */
export class RawHost {
  readonly controller: Controller;
  #said: Said[] = [];

  constructor(controller: Controller) {
    this.controller = controller;
    controller.onPacket((h4) => this.#said.push(parse(Buffer.from(h4))));
  }

  /** What has been said since the last call. */
  heard(): Said[] {
    const said = this.#said;
    this.#said = [];
    return said;
  }

  /** Of what has been said since the last call, only this kind. */
  heardOnly<Kind extends Said["kind"]>(kind: Kind): Extract<Said, { kind: Kind }>[] {
    return this.heard().filter((said): said is Extract<Said, { kind: Kind }> => said.kind === kind);
  }

  /** Sends a command, its parameters in hexadecimal. */
  command(opcode: number, parameters = ""): void {
    const bytes = fromHex(parameters.replaceAll(" ", ""));
    this.controller.hostPacket(concat(Uint8Array.of(1, opcode & 0xff, opcode >> 8, bytes.length), bytes));
  }

  /** Sends one ACL packet, not flushable, its data in hexadecimal. */
  data(handle: number, data: string): void {
    const bytes = fromHex(data);
    const header = Uint8Array.of(2, handle & 0xff, handle >> 8, bytes.length & 0xff, bytes.length >> 8);
    this.controller.hostPacket(concat(header, bytes));
  }

  /** Scans without a pause, or for so much of each interval, in 0.625 ms. */
  scan({ isActive = true, filtersDuplicates = false, interval = 16, window = 16 } = {}): void {
    this.command(0x200b, `${isActive ? "01" : "00"} ${hex16(interval)} ${hex16(window)} 00 00`);
    this.command(0x200c, `01 ${filtersDuplicates ? "01" : "00"}`);
  }

  stopScanning(): void {
    this.command(0x200c, "00 00");
  }

  /** Asks for a link with an interval of 22.5 ms and a supervision timeout of 420 ms, as noble does. */
  connect(peer: Controller, { interval = 18, supervisionTimeout = 42 } = {}): void {
    const address = Buffer.from(peer.address.replaceAll(":", ""), "hex").reverse().toString("hex");
    const link = `${hex16(6)} ${hex16(interval)} 0000 ${hex16(supervisionTimeout)} 0000 0000`;
    this.command(0x200d, `${hex16(0x60)} ${hex16(0x30)} 00 00 ${address} 00 ${link}`);
  }

  disconnect(handle: number, reason = 0x13): void {
    this.command(0x0406, `${hex16(handle)} ${reason.toString(16)}`);
  }
}

/** Two bytes in hexadecimal, the low one first. */
export function hex16(value: number): string {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes.toString("hex");
}

function parse(h4: Buffer): Said {
  if (h4[0] === 2) {
    const handleAndFlags = h4.readUInt16LE(1);
    const data = h4.subarray(5).toString("hex");
    return { kind: "data", handle: handleAndFlags & 0xfff, flags: handleAndFlags >> 12, data };
  }
  const parameters = h4.subarray(3);
  switch (h4[1]) {
    case 0x05:
      return { kind: "disconnected", handle: parameters.readUInt16LE(1), reason: parameters[3]! };
    case 0x0e: {
      const [status, ...values] = parameters.subarray(3);
      return { kind: "complete", opcode: parameters.readUInt16LE(1), status: status!, values };
    }
    case 0x0f:
      return { kind: "status", opcode: parameters.readUInt16LE(2), status: parameters[0]! };
    case 0x13:
      return { kind: "sent", handle: parameters.readUInt16LE(1), packets: parameters.readUInt16LE(3) };
    case 0x3e:
      return parseLe(parameters) ?? { kind: "other", h4: h4.toString("hex") };
    default:
      return { kind: "other", h4: h4.toString("hex") };
  }
}

function parseLe(parameters: Buffer): Said | undefined {
  if (parameters[0] === 0x01) {
    return {
      kind: "connected",
      status: parameters[1]!,
      handle: parameters.readUInt16LE(2),
      role: parameters[4] === 0 ? "central" : "peripheral",
      peer: address(parameters.subarray(6, 12)),
    };
  }
  if (parameters[0] === 0x02) {
    const length = parameters[10]!;
    return {
      kind: "report",
      type: parameters[2]!,
      from: address(parameters.subarray(4, 10)),
      data: parameters.subarray(11, 11 + length).toString("hex"),
      strengthDbm: parameters.readInt8(11 + length),
    };
  }
  return undefined;
}

function address(wire: Buffer): string {
  return Array.from(wire, (byte) => byte.toString(16).padStart(2, "0"))
    .reverse()
    .join(":");
}
