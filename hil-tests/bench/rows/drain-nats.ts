import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { NatsUplink } from "../../../gateway/uplink/nats/nats-uplink.ts";
import { Subjects } from "../../../gateway/uplink/nats/subjects.ts";
import { Program } from "../../rig-tools/program.ts";
import { findNatsServer, NatsServer } from "../../uplinks/nats-server.ts";
import { BareNats } from "../bare/nats.ts";
import { brokerRates, NO_DOWNLINK, SILENT } from "../broker-rates.ts";
import type { Row } from "../row.ts";

const RESPONDER = fileURLToPath(new URL("../bare/nats-responder/main.js", import.meta.url));

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

    async measure(bench) {
      const { clock, random, directory } = bench;
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
      await uplink.start(NO_DOWNLINK);
      const bare = await BareNats.connect(broker.url, "portvakt.bench.replies.bare");
      const figures = await brokerRates(bench, "JetStream", uplink, (batch, payload) =>
        bare.send(subjects.events(batch[0]!.subject), payload),
      );
      await Promise.all([uplink.close(), bare.close()]);
      await responder.stop();
      await broker.kill();
      return figures;
    },
  };
}
