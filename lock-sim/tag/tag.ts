/** A contactless card as a reader sees it: a uid at anticollision, then ISO 7816-4 APDUs. */
export interface Tag {
  /** 7 bytes. */
  readonly uid: Uint8Array;
  /** The response APDU to a command APDU; undefined once the tag has left the field. */
  exchange(apdu: Uint8Array): Uint8Array | undefined;
}
