/** Where a controller's packets are written down. */
export interface PacketTrace {
  record(direction: "from-host" | "to-host", h4: Uint8Array): void;
}
