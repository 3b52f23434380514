import type { EventRow } from "../store/event-store.ts";
import type { OutboxStore } from "../store/outbox-store.ts";
import type { SetAsideRow, SetAsideStore } from "../store/set-aside-store.ts";
import { type CloudEvent, toCloudEvent, toSetAsideReport } from "./cloud-event.ts";

/** An event in a batch. */
export interface OutgoingEvent {
  row: EventRow;
  id: string | undefined;
  /** What is sent for it; undefined, as its id, if it is passed over. */
  event: CloudEvent | undefined;
  /** Whether that says that it was set aside. */
  isReport: boolean;
}

/** One lock's next events, in order, with those that were set aside replaced by a report of that. */
export function nextBatch(
  { outbox, setAside }: { outbox: OutboxStore; setAside: SetAsideStore },
  lockId: string,
  limit: number,
): OutgoingEvent[] {
  const rows = outbox.undelivered(lockId, limit);
  const [first, last] = [rows[0], rows.at(-1)];
  if (!first || !last) return [];
  const aside = new Map(setAside.between(lockId, first.cursor, last.cursor).map((row) => [row.cursor, row]));
  return rows.map((row) => outgoing(row, aside.get(row.cursor)));
}

function outgoing(row: EventRow, aside: SetAsideRow | undefined): OutgoingEvent {
  const event = aside ? reportOf(aside) : toCloudEvent(row);
  return { row, id: event?.id, event, isReport: aside !== undefined };
}

/** Without a head no record is missing, and a backend that refuses the report has to do without. */
function reportOf(row: SetAsideRow): CloudEvent | undefined {
  if (row.isReportRefused) return undefined;
  switch (row.kind) {
    case "record":
    case "gap":
    case "lost":
      return toSetAsideReport(row);
    case "head":
    case "asked-head":
      return undefined;
  }
}
