import type { Clock } from "../../../protocol/clock.ts";
import { ascii, concat, uint32, uint64 } from "../../../protocol/wire/bytes.ts";
import { H4_ACL } from "./packet.ts";
import type { PacketTrace } from "./packet-trace.ts";

/** The data link type of HCI with its H4 type byte. */
const HCI_UART = 1002;
const VERSION = 1;

/** Flags of a record: bit 0 says that the controller sent it, bit 1 that it is no data. */
const TO_HOST = 1;
const COMMAND_OR_EVENT = 2;

/** The start of 1970 in microseconds since the start of the year 0. */
const UNIX_EPOCH_MICROSECONDS = 0x00dcddb30f2f8000n;

/** The packets of one controller as a btsnoop file (RFC 1761 with Bluetooth's values), which Wireshark opens. */
export class BtsnoopTrace implements PacketTrace {
  readonly #clock: Clock;
  readonly #write: (bytes: Uint8Array) => void;
  readonly #startWallMs: number;
  readonly #startMonotonicMs: number;

  /** Writes the file's header. Each call of `write` gets what comes next in the file. */
  constructor(clock: Clock, write: (bytes: Uint8Array) => void) {
    this.#clock = clock;
    this.#write = write;
    this.#startWallMs = clock.wallMs();
    this.#startMonotonicMs = clock.monotonicMs();
    write(concat(ascii("btsnoop\0"), uint32(VERSION), uint32(HCI_UART)));
  }

  record(direction: "from-host" | "to-host", h4: Uint8Array): void {
    const flags = (direction === "to-host" ? TO_HOST : 0) | (h4[0] === H4_ACL ? 0 : COMMAND_OR_EVENT);
    const length = uint32(h4.length);
    this.#write(concat(length, length, uint32(flags), uint32(0), uint64(this.#nowMicroseconds()), h4));
  }

  /** Of the monotonic clock, which is the finer one and never steps back. */
  #nowMicroseconds(): bigint {
    const elapsedMs = this.#clock.monotonicMs() - this.#startMonotonicMs;
    return UNIX_EPOCH_MICROSECONDS + BigInt(Math.round((this.#startWallMs + elapsedMs) * 1_000));
  }
}
