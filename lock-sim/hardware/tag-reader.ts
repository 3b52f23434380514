import type { TagReader } from "../hal.ts";

/** What lies in a reader's field: a tag, or something that says it is one. */
export interface Tag {
  /** 7 bytes, or whatever it claims. */
  readonly uid: Uint8Array;
  /** Answers a command APDU; undefined if it goes out of the field instead. */
  transceive(apdu: Uint8Array): Uint8Array | undefined;
  /** The field is gone, and with it whatever the tag had in RAM. */
  leaveField?(): void;
}

/** A reader with room for one tag. */
export class EmulatedTagReader implements TagReader {
  #tag: Tag | undefined;

  /** The tag takes the place of the one that was there. */
  present(tag: Tag): void {
    this.remove();
    this.#tag = tag;
  }

  remove(): void {
    this.#tag?.leaveField?.();
    this.#tag = undefined;
  }

  poll(): Uint8Array | undefined {
    return this.#tag?.uid;
  }

  exchange(apdu: Uint8Array): Uint8Array | undefined {
    const response = this.#tag?.transceive(apdu);
    if (!response) this.remove();
    return response;
  }
}
