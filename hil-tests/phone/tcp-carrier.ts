import { TcpTransport } from "../../gateway/transport/tcp.ts";
import type { Clock } from "../../protocol/clock.ts";
import type { FrameCarrier } from "./frame-carrier.ts";

/** The reply to ACT waits for the motor. */
const ANSWER_WITHIN_MS = 15_000;

/** To a lock on a rig, `host:port`. Throws ViaError, or TransportError with a sentence for people. */
export async function openTcpCarrier(clock: Clock, hostAndPort: string): Promise<FrameCarrier> {
  const channel = await new TcpTransport(clock).open(`tcp://${hostAndPort}`);
  return {
    request: (frame) => channel.request(frame, { deadlineMs: ANSWER_WITHIN_MS, urgency: "unlock" }),
    close: () => channel.close(),
  };
}
