import { join } from "node:path";
import { Database } from "../../../gateway/store/database.ts";
import { EventStore } from "../../../gateway/store/event-store.ts";
import { BareEventTable } from "../bare/event-table.ts";
import { EventSource, type NewEvent } from "../event-source.ts";
import type { Aim, Figure } from "../figure.ts";
import type { Row } from "../row.ts";
import { spread } from "../statistics.ts";
import { inTurns, ratios } from "../turns.ts";

const LOCKS = 100;
const BATCHES: { size: number; aim?: Aim }[] = [{ size: 1 }, { size: 100, aim: { atLeast: 0.8 } }, { size: 1000 }];
/** One event a commit waits for the disk each time. */
const BATCHES_MAX = 500;

export const events: Row = {
  name: "events",
  how:
    "Events made durable by the gateway's event store beside better-sqlite3 called directly: the same rows, tables, indexes and " +
    "pragmas (WAL, synchronous=FULL), in turns, on one disk. Ours arrive as pulls of up to 20 records of one lock, each a " +
    "write of its own, and the store's group commit makes one transaction of a batch; it also looks for doubles and keeps each lock's position.",

  async measure({ clock, random, effort, directory }) {
    const database = Database.open(join(directory, "ours.db"));
    const bare = new BareEventTable(join(directory, "bare.db"));
    const store = new EventStore(database);
    const figures: Figure[] = [];
    for (const { size, aim } of BATCHES) {
      const source = new EventSource(random, LOCKS);
      const rate = async (ingest: (pulls: NewEvent[][]) => unknown) => {
        const count = Math.min(BATCHES_MAX, Math.ceil(effort.eventsPerRound / size));
        const batches = Array.from({ length: count }, () => source.pulls(size));
        const startMs = clock.monotonicMs();
        for (const pulls of batches) await ingest(pulls);
        return (1000 * size * count) / (clock.monotonicMs() - startMs);
      };
      const [ours = [], theirs = []] = await inTurns(effort.rounds, [
        () => rate((pulls) => Promise.all(pulls.map((pull) => store.append(pull)))),
        () => rate((pulls) => bare.insert(pulls.flat())),
      ]);
      const what = size === 1 ? "one by one" : `in ${size}s`;
      figures.push(
        { id: `by${size}`, what: `events ${what}`, unit: "per second", measured: spread(ours) },
        { id: `by${size}.bare`, what: `events ${what}, bare`, unit: "per second", measured: spread(theirs) },
        {
          id: `by${size}.ratio`,
          what: `events ${what}, ours to bare`,
          unit: "ratio",
          measured: spread(ratios(ours, theirs)),
          ...(aim && { aim }),
        },
      );
    }
    database.close();
    bare.close();
    return figures;
  },
};
