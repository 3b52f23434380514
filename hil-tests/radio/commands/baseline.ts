import { concat } from "../../../protocol/wire/bytes.ts";
import { ACL_BYTES_MAX, ACL_PACKETS_MAX, lengthAndTime } from "../controller/connections.ts";
import { resetParts } from "../controller/parts.ts";
import { uint16 } from "../hci/little-endian.ts";
import { type Command, done } from "./command.ts";

/** Bluetooth 4.2, by which hosts know that there is no extended advertising. */
const VERSION = 0x08;

/** The number of the company that has none. */
const NO_COMPANY = 0xffff;

/** LE features: data packet length extension (Core Specification, Vol 6 Part B, 4.6). */
const LE_FEATURES = [0x20, 0, 0, 0, 0, 0, 0, 0];

/** Reset, masks and what a controller says of itself (Vol 4 Part E, 7.3, 7.4 and 7.8). */
export const baselineCommands: Command[] = [
  {
    // Reset
    opcode: 0x0c03,
    bytes: 0,
    run(parts) {
      resetParts(parts);
      return done();
    },
  },
  // Set Event Mask: those that it can hide are not sent anyhow.
  { opcode: 0x0c01, bytes: 8, run: () => done() },
  {
    // LE Set Event Mask
    opcode: 0x2001,
    bytes: 8,
    run({ host }, mask) {
      host.selectLeEvents(mask[0]!);
      return done();
    },
  },
  // Read and Write LE Host Support
  { opcode: 0x0c6c, bytes: 0, run: () => done(1, 0) },
  { opcode: 0x0c6d, bytes: 2, run: () => done() },
  {
    // Read Local Version Information
    opcode: 0x1001,
    bytes: 0,
    run: () => done(VERSION, ...uint16(0), VERSION, ...uint16(NO_COMPANY), ...uint16(0)),
  },
  // Read BD_ADDR
  { opcode: 0x1009, bytes: 0, run: ({ device }) => done(...device.address) },
  // LE Read Buffer Size
  { opcode: 0x2002, bytes: 0, run: () => done(...uint16(ACL_BYTES_MAX), ACL_PACKETS_MAX) },
  // LE Read Local Supported Features
  { opcode: 0x2003, bytes: 0, run: () => done(...LE_FEATURES) },
  {
    // LE Read Maximum Data Length
    opcode: 0x202f,
    bytes: 0,
    run: () => done(...concat(lengthAndTime(ACL_BYTES_MAX), lengthAndTime(ACL_BYTES_MAX))),
  },
];
