import { concat, uint8, uint16 } from "./bytes.ts";
import { cobsBytesMax, decodeCobs, encodeCobs } from "./cobs.ts";
import { crc16 } from "./crc.ts";
import { FRAME_BYTES_MAX } from "./messages.ts";

/** Serial lines and TCP (protocol.md §10): `COBS(address 1 | frame | CRC-16 over both) | 00`. */
export interface SerialFrame {
  /** 1–247 a lock on a bus, 0 point to point. */
  readonly address: number;
  readonly frame: Uint8Array;
}

export const SERIAL_ADDRESS_MAX = 247;

const ADDRESS_BYTES = 1;
const CRC_BYTES = 2;
const RUN_BYTES_MAX = cobsBytesMax(ADDRESS_BYTES + FRAME_BYTES_MAX + CRC_BYTES);

/** The bytes on the wire. An address or frame out of bounds is a mistake of ours and asserts. */
export function encodeSerialFrame(address: number, frame: Uint8Array): Uint8Array {
  if (address > SERIAL_ADDRESS_MAX) throw new RangeError(`no address: ${address}`);
  if (frame.length < 1 || frame.length > FRAME_BYTES_MAX) throw new RangeError(`no frame: ${frame.length} bytes`);
  const body = concat(uint8(address), frame);
  return concat(encodeCobs(concat(body, uint16(crc16(body)))), uint8(0));
}

/**
 * Finds the frames in a stream of bytes that may hold anything. What is damaged or overlong is dropped up to the next
 * 00; memory stays bounded whatever comes.
 */
export class SerialFrameDecoder {
  readonly #run = new Uint8Array(RUN_BYTES_MAX);
  /** Bytes since the last 00, those beyond the longest run counted only. */
  #length = 0;
  #dropped = 0;

  /** How many runs of bytes between two 00 were no frame. */
  get dropped(): number {
    return this.#dropped;
  }

  push(bytes: Uint8Array): SerialFrame[] {
    const frames: SerialFrame[] = [];
    for (const byte of bytes) {
      if (byte !== 0) {
        if (this.#length < RUN_BYTES_MAX) this.#run[this.#length] = byte;
        this.#length++;
        continue;
      }
      const frame = this.#endRun();
      if (frame) frames.push(frame);
    }
    return frames;
  }

  #endRun(): SerialFrame | undefined {
    const length = this.#length;
    this.#length = 0;
    // 00 after 00 is an idle line.
    if (length === 0) return undefined;
    const frame = length <= RUN_BYTES_MAX ? decodeRun(this.#run.subarray(0, length)) : undefined;
    if (!frame) this.#dropped++;
    return frame;
  }
}

function decodeRun(run: Uint8Array): SerialFrame | undefined {
  const content = decodeCobs(run);
  if (!content || content.length <= ADDRESS_BYTES + CRC_BYTES) return undefined;
  // Over a body with its own CRC behind it, CRC-16/CCITT-FALSE comes out as 0.
  if (crc16(content) !== 0) return undefined;
  const address = content[0]!;
  const frame = content.slice(ADDRESS_BYTES, -CRC_BYTES);
  if (address > SERIAL_ADDRESS_MAX || frame.length > FRAME_BYTES_MAX) return undefined;
  return { address, frame };
}
