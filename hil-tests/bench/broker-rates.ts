import { type CloudEvent, toCloudEvent } from "../../gateway/uplink/cloud-event.ts";
import type { Uplink } from "../../gateway/uplink/uplink.ts";
import { EventSource } from "./event-source.ts";
import type { Figure } from "./figure.ts";
import type { Bench } from "./row.ts";
import { spread } from "./statistics.ts";
import { inTurns, ratios } from "./turns.ts";

const BATCH_EVENTS = 100;
/** As many as the outbox has under way; each lock has one. */
const LOCKS = 8;

/** For uplinks of the bench, to which nobody speaks unasked. */
export const NO_DOWNLINK = { answer() {}, order: unasked, command: unasked };
export const SILENT = { debug() {}, info() {}, warn() {}, error() {}, child: () => SILENT };

/** How many events a second get through a broker, over our uplink and by its library alone; `name` as in "events through MQTT". */
export async function brokerRates(
  { clock, random, effort }: Bench,
  name: string,
  uplink: Uplink,
  sendBare: (batch: CloudEvent[], payload: string) => Promise<unknown>,
): Promise<Figure[]> {
  const locks = Array.from({ length: LOCKS }, () => new EventSource(random, 1));
  const count = Math.ceil(effort.eventsPerRound / BATCH_EVENTS / LOCKS);
  const rate = async (prepare: (batch: CloudEvent[]) => () => Promise<unknown>) => {
    const sends = locks.map((source) => Array.from({ length: count }, () => prepare(batchOf(source))));
    const startMs = clock.monotonicMs();
    await Promise.all(
      sends.map(async (ofLock) => {
        for (const send of ofLock) await send();
      }),
    );
    return (1000 * LOCKS * count * BATCH_EVENTS) / (clock.monotonicMs() - startMs);
  };
  const [ours = [], theirs = []] = await inTurns(effort.rounds, [
    () => rate((batch) => () => uplink.deliver(batch, "ordinary")),
    () =>
      rate((batch) => {
        const payload = JSON.stringify(batch);
        return () => sendBare(batch, payload);
      }),
  ]);
  const what = `events through ${name}`;
  return [
    { id: "ours", what, unit: "per second", measured: spread(ours) },
    { id: "bare", what: `${what}, library alone`, unit: "per second", measured: spread(theirs) },
    {
      id: "ratio",
      what: `${what}, ours to the library alone`,
      unit: "ratio",
      measured: spread(ratios(ours, theirs)),
      aim: { atLeast: 0.8 },
    },
  ];
}

function batchOf(source: EventSource): CloudEvent[] {
  return source.pulls(BATCH_EVENTS).flatMap((pull) => pull.map((event) => toCloudEvent({ ...event, cursor: 0 })));
}

async function unasked(): Promise<never> {
  throw new Error("nobody orders anything here");
}
