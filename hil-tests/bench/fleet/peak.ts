import type { CloudEvent } from "../../../gateway/uplink/cloud-event.ts";
import { toCloudEvent } from "../../../gateway/uplink/cloud-event.ts";
import type { Uplink } from "../../../gateway/uplink/uplink.ts";
import type { Clock } from "../../../protocol/clock.ts";
import type { Random } from "../../../protocol/random.ts";
import { EventSource } from "../event-source.ts";

export interface PeakParts {
  clock: Clock;
  random: Random;
  uplinks: readonly Uplink[];
  locksPerGateway: number;
}

export interface Peak {
  /** Through the cluster to the backend and back as receipts. */
  eventsPerSecond: number;
  messagesPerSecond: number;
  payloadBytesPerEvent: number;
}

/** Every lock of every gateway has `batches` batches of `batchEvents` to tell, one after the other, all locks at once. */
export async function peak(parts: PeakParts, batches: number, batchEvents: number): Promise<Peak> {
  const { clock, random, uplinks, locksPerGateway } = parts;
  let payloadBytes = 0;
  const work = uplinks.flatMap((uplink) =>
    Array.from({ length: locksPerGateway }, () => {
      const source = new EventSource(random, 1);
      const told = Array.from({ length: batches }, () => batchOf(source, batchEvents));
      for (const batch of told) payloadBytes += JSON.stringify(batch).length;
      return { uplink, told };
    }),
  );
  const startMs = clock.monotonicMs();
  await Promise.all(
    work.map(async ({ uplink, told }) => {
      for (const batch of told) await uplink.deliver(batch, "ordinary");
    }),
  );
  const seconds = (clock.monotonicMs() - startMs) / 1000;
  const messages = work.length * batches;
  return {
    eventsPerSecond: (messages * batchEvents) / seconds,
    messagesPerSecond: messages / seconds,
    payloadBytesPerEvent: payloadBytes / (messages * batchEvents),
  };
}

function batchOf(source: EventSource, count: number): CloudEvent[] {
  return source.pulls(count).flatMap((pull) => pull.map((event) => toCloudEvent({ ...event, cursor: 0 })));
}
