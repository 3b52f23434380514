import { ACL_BYTES_MAX, type Connection } from "../controller/connections.ts";
import type { Parts } from "../controller/parts.ts";
import { readUint16 } from "../hci/little-endian.ts";
import { Status } from "../hci/status.ts";
import { OCTETS_MIN } from "../link/link-end.ts";
import type { LinkParameters } from "../link/parameters.ts";
import type { Pdu } from "../link/pdu.ts";
import { begun, type Command, done, notBegun, refused } from "./command.ts";

const MS_PER_UNIT = 0.625;
const NO_STRENGTH = 127;

const INTERVAL_MIN = 0x0006;
const INTERVAL_MAX = 0x0c80;
const LATENCY_MAX = 0x01f3;
const SUPERVISION_MIN = 0x000a;
const SUPERVISION_MAX = 0x0c80;

/** Links: begin, change, end (Core Specification, Vol 4 Part E, 7.1.6, 7.5.4, 7.8.12 to 7.8.18 and 7.8.33). */
export const connectingCommands: Command[] = [
  {
    // LE Create Connection
    opcode: 0x200d,
    bytes: 25,
    answersByStatus: true,
    run({ initiator, scanner, connections }, parameters) {
      // Some controllers can not scan and connect at the same time, for which Linux, too, stops scanning first.
      if (initiator.isPending || scanner.isOn) return notBegun(Status.commandDisallowed);
      if (connections.isFull) return notBegun(Status.connectionLimitExceeded);
      const [interval, window] = [readUint16(parameters, 0), readUint16(parameters, 2)];
      const usesAcceptList = parameters[4] !== 0;
      const link = linkParameters(parameters.subarray(13));
      if (usesAcceptList || window === 0 || window > interval || !link) return notBegun(Status.invalidParameters);
      const peer = { addressType: parameters[5]!, address: parameters.slice(6, 12) };
      return begun(() =>
        initiator.start({
          peer,
          intervalMs: interval * MS_PER_UNIT,
          windowMs: window * MS_PER_UNIT,
          parameters: link,
        }),
      );
    },
  },
  {
    // LE Create Connection Cancel
    opcode: 0x200e,
    bytes: 0,
    run({ initiator }) {
      if (!initiator.isPending) return refused(Status.commandDisallowed);
      return { ...done(), afterwards: () => initiator.cancel() };
    },
  },
  {
    // Disconnect
    opcode: 0x0406,
    bytes: 3,
    answersByStatus: true,
    run(parts, parameters) {
      const connection = connectionOf(parts, parameters);
      if (!connection) return notBegun(Status.unknownConnection);
      return begun(() => send(connection, { kind: "terminate", reason: parameters[2]! }));
    },
  },
  {
    // LE Connection Update, which only a central may do here.
    opcode: 0x2013,
    bytes: 14,
    answersByStatus: true,
    run(parts, parameters) {
      const connection = connectionOf(parts, parameters);
      if (!connection) return notBegun(Status.unknownConnection);
      if (connection.role === "peripheral") return notBegun(Status.commandDisallowed);
      const link = linkParameters(parameters.subarray(2));
      if (!link) return notBegun(Status.invalidParameters);
      return begun(() => send(connection, { kind: "update", parameters: link }));
    },
  },
  {
    // LE Set Data Length
    opcode: 0x2022,
    bytes: 6,
    run(parts, parameters) {
      const connection = connectionOf(parts, parameters);
      const handle = parameters.subarray(0, 2);
      const octets = readUint16(parameters, 2);
      if (!connection) return refused(Status.unknownConnection, ...handle);
      if (octets < OCTETS_MIN || octets > ACL_BYTES_MAX) return refused(Status.invalidParameters, ...handle);
      return { ...done(...handle), afterwards: () => send(connection, { kind: "length", octets }) };
    },
  },
  {
    // Read RSSI
    opcode: 0x1405,
    bytes: 2,
    run(parts, parameters) {
      const connection = connectionOf(parts, parameters);
      if (!connection) return refused(Status.unknownConnection, ...parameters, 0);
      return done(...parameters, connection.link.strengthDbm(connection.end) ?? NO_STRENGTH);
    },
  },
];

function connectionOf({ connections }: Parts, parameters: Uint8Array): Connection | undefined {
  return connections.get(readUint16(parameters, 0) & 0xfff);
}

function send({ link, end }: Connection, pdu: Pdu): void {
  end.enqueue(pdu);
  link.wake();
}

/** Reads interval min, interval max, latency and timeout; takes the longest interval, as most controllers do. */
function linkParameters(parameters: Uint8Array): LinkParameters | undefined {
  const [intervalMin, interval] = [readUint16(parameters, 0), readUint16(parameters, 2)];
  const [latency, supervisionTimeout] = [readUint16(parameters, 4), readUint16(parameters, 6)];
  const isValid =
    intervalMin >= INTERVAL_MIN &&
    intervalMin <= interval &&
    interval <= INTERVAL_MAX &&
    latency <= LATENCY_MAX &&
    supervisionTimeout >= SUPERVISION_MIN &&
    supervisionTimeout <= SUPERVISION_MAX &&
    // The timeout must leave room for two events that the peripheral listens to.
    supervisionTimeout * 10 > 2 * (1 + latency) * interval * 1.25;
  return isValid ? { interval, latency, supervisionTimeout } : undefined;
}
