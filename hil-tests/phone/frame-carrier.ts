/** The way of a phone's frames to one lock and back (protocol.md §10). */
export interface FrameCarrier {
  /** One frame out, one frame back. Rejects with TransportError when the carrier is lost or the lock stays silent. */
  request(frame: Uint8Array): Promise<Uint8Array>;
  close(): Promise<void>;
}
