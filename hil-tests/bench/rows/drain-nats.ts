import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type CloudEvent, toCloudEvent } from "../../../gateway/uplink/cloud-event.ts";
import { NatsUplink } from "../../../gateway/uplink/nats/nats-uplink.ts";
import { Subjects } from "../../../gateway/uplink/nats/subjects.ts";
import { Program } from "../../rig-tools/program.ts";
import { findNatsServer, NatsServer } from "../../uplinks/nats-server.ts";
import { BareNats } from "../bare/nats.ts";
import { EventSource } from "../event-source.ts";
import type { Row } from "../row.ts";
import { spread } from "../statistics.ts";
import { inTurns, ratios } from "../turns.ts";

const RESPONDER = fileURLToPath(new URL("../bare/nats-responder/main.js", import.meta.url));
const BATCH_EVENTS = 100;
/** As many as the outbox has under way; each lock has one. */
const LOCKS = 8;
const SILENT = { debug() {}, info() {}, warn() {}, error() {}, child: () => SILENT };

/** Undefined without nats-server. */
export function drainNats(): Row | undefined {
  const program = findNatsServer();
  if (program === undefined) return undefined;
  return {
    name: "nats",
    how:
      "Batches of 100 events of eight locks, one batch in flight for each, through our uplink to a stream of a real nats-server and " +
      "back as receipts, beside its libraries called directly with the same payloads ready made: in turns, same subjects, one " +
      "acknowledgement and one reply for each. The backend is a process of its own that answers at once.",

    async measure({ clock, random, effort, directory }) {
      const subjects = new Subjects("bench", "00000000000000aa");
      const broker = await NatsServer.start(program, directory, "n1");
      const args = [broker.url, "1", "portvakt.bench.locks.*.events"];
      const responder = new Program(clock, "responder", RESPONDER, args, join(directory, "responder.log"));
      await responder.firstLine();
      const uplink = new NatsUplink({
        clock,
        random,
        log: SILENT,
        subjects,
        access: { urls: [broker.url], name: "nats", identity: { kind: "none" }, keepAliveSeconds: 30 },
        commands: false,
        isPaired: () => false,
      });
      await uplink.start({ answer() {}, order: unasked, command: unasked });
      const bare = await BareNats.connect(broker.url, "portvakt.bench.replies.bare");
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
            return () => bare.send(subjects.events(batch[0]!.subject), payload);
          }),
      ]);
      await Promise.all([uplink.close(), bare.close()]);
      await responder.stop();
      await broker.kill();
      return [
        { id: "ours", what: "events through JetStream", unit: "per second", measured: spread(ours) },
        { id: "bare", what: "events through JetStream, library alone", unit: "per second", measured: spread(theirs) },
        {
          id: "ratio",
          what: "events through JetStream, ours to the library alone",
          unit: "ratio",
          measured: spread(ratios(ours, theirs)),
          aim: { atLeast: 0.8 },
        },
      ];
    },
  };
}

function batchOf(source: EventSource): CloudEvent[] {
  return source.pulls(BATCH_EVENTS).flatMap((pull) => pull.map((event) => toCloudEvent({ ...event, cursor: 0 })));
}

async function unasked(): Promise<never> {
  throw new Error("nobody orders anything here");
}
