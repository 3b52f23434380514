import { readUint16 } from "../hci/little-endian.ts";
import { Status } from "../hci/status.ts";
import { type Command, done, refused } from "./command.ts";

const MS_PER_UNIT = 0.625;

/** Legacy scanning (Core Specification, Vol 4 Part E, 7.8.10 and 7.8.11). */
export const scanningCommands: Command[] = [
  {
    // LE Set Scan Parameters
    opcode: 0x200b,
    bytes: 7,
    run({ scanner }, parameters) {
      if (scanner.isOn) return refused(Status.commandDisallowed);
      const [interval, window] = [readUint16(parameters, 1), readUint16(parameters, 3)];
      if (parameters[0]! > 1 || window === 0 || window > interval) return refused(Status.invalidParameters);
      scanner.setParameters({
        isActive: parameters[0] === 1,
        intervalMs: interval * MS_PER_UNIT,
        windowMs: window * MS_PER_UNIT,
      });
      return done();
    },
  },
  {
    // LE Set Scan Enable
    opcode: 0x200c,
    bytes: 2,
    run({ scanner }, [enable, filtersDuplicates]) {
      if (enable === 0) scanner.stop();
      else scanner.start(filtersDuplicates === 1);
      return done();
    },
  },
];
