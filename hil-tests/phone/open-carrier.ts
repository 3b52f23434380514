import type { Transport } from "../../gateway/transport/channel.ts";
import type { FrameCarrier } from "./frame-carrier.ts";

/** The reply to ACT waits for the motor. */
const ANSWER_WITHIN_MS = 15_000;

/**
 * A phone goes to one lock at a time, by the gateway's own code for the way there: `ble:0a1b2c3d4e5f6071`, `tcp://host:port`.
 * The transport is the carrier's, and ends with it. Throws ViaError, or TransportError with a sentence for people.
 */
export async function openCarrier(transport: Transport, via: string): Promise<FrameCarrier> {
  try {
    const channel = await transport.open(via, { urgency: "unlock" });
    return {
      request: (frame) => channel.request(frame, { deadlineMs: ANSWER_WITHIN_MS, urgency: "unlock" }),
      close: async () => {
        await channel.close();
        await transport.close();
      },
    };
  } catch (error) {
    await transport.close();
    throw error;
  }
}
