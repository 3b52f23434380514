import { concat } from "../../../protocol/wire/bytes.ts";
import { packetBytes } from "./packet.ts";

/** Cuts a stream of bytes into H4 packets. */
export class H4Splitter {
  #rest: Uint8Array = new Uint8Array();

  /** The packets that are whole with these bytes. Throws RangeError where no packet begins: the stream is no H4. */
  push(bytes: Uint8Array): Uint8Array[] {
    this.#rest = concat(this.#rest, bytes);
    const packets: Uint8Array[] = [];
    for (let length = packetBytes(this.#rest); length !== "more"; length = packetBytes(this.#rest)) {
      if (length === "none") throw new RangeError(`${this.#rest[0]} is no type of an H4 packet`);
      if (this.#rest.length < length) break;
      packets.push(this.#rest.slice(0, length));
      this.#rest = this.#rest.slice(length);
    }
    return packets;
  }
}
