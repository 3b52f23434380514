import { equalBytes } from "../../../protocol/wire/bytes.ts";
import type { TagReader } from "../../hal.ts";

/** Notices tags as they come: one that stays in the field has been shown once. */
export class TagField {
  readonly #reader: TagReader;
  #uid: Uint8Array | undefined;

  constructor(reader: TagReader) {
    this.#reader = reader;
  }

  /** UID of a tag that was not there before. */
  arrived(): Uint8Array | undefined {
    const uid = this.#reader.poll();
    const isKnown = uid && this.#uid && equalBytes(uid, this.#uid);
    this.#uid = uid;
    return isKnown ? undefined : uid;
  }

  /** The tag left before it had proven anything: it may come back at once. */
  left(): void {
    this.#uid = undefined;
  }
}
