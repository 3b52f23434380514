import type { Advertisement } from "../advertising/advertisement.ts";
import { readUint16 } from "../hci/little-endian.ts";
import { Status } from "../hci/status.ts";
import { type Command, done, refused } from "./command.ts";

const MS_PER_UNIT = 0.625;
const DATA_BYTES_MAX = 31;
const INTERVAL_MIN = 0x20;
const INTERVAL_MAX = 0x4000;

const KINDS: ReadonlyMap<number, Advertisement["kind"]> = new Map([
  [0, "connectable"],
  [2, "scannable"],
  [3, "non-connectable"],
]);

/** Legacy advertising (Core Specification, Vol 4 Part E, 7.8.5 to 7.8.9). Directed advertising is not supported. */
export const advertisingCommands: Command[] = [
  {
    // LE Set Advertising Parameters
    opcode: 0x2006,
    bytes: 15,
    run({ advertiser }, parameters) {
      if (advertiser.isOn) return refused(Status.commandDisallowed);
      const interval = readUint16(parameters, 0);
      const kind = KINDS.get(parameters[4]!);
      if (!kind || interval < INTERVAL_MIN || interval > INTERVAL_MAX) return refused(Status.invalidParameters);
      advertiser.setParameters({ intervalMs: interval * MS_PER_UNIT, kind });
      return done();
    },
  },
  {
    // LE Set Advertising Data
    opcode: 0x2008,
    bytes: 1 + DATA_BYTES_MAX,
    run({ advertiser }, parameters) {
      const data = advertisingData(parameters);
      if (!data) return refused(Status.invalidParameters);
      advertiser.setData(data);
      return done();
    },
  },
  {
    // LE Set Scan Response Data
    opcode: 0x2009,
    bytes: 1 + DATA_BYTES_MAX,
    run({ advertiser }, parameters) {
      const data = advertisingData(parameters);
      if (!data) return refused(Status.invalidParameters);
      advertiser.setScanResponse(data);
      return done();
    },
  },
  {
    // LE Set Advertising Enable
    opcode: 0x200a,
    bytes: 1,
    run({ advertiser, connections }, [enable]) {
      if (enable === 0) {
        advertiser.stop();
        return done();
      }
      if (advertiser.isConnectable && connections.isFull) return refused(Status.limitedResources);
      advertiser.start();
      return done();
    },
  },
];

function advertisingData(parameters: Uint8Array): Uint8Array | undefined {
  const length = parameters[0]!;
  return length <= DATA_BYTES_MAX ? parameters.slice(1, 1 + length) : undefined;
}
