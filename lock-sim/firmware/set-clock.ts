import { auxOf } from "../../protocol/log/aux.ts";
import { NO_SLOT, RecordType } from "../../protocol/log/record.ts";
import type { Event } from "./event-log.ts";
import type { Parts } from "./parts.ts";

/** Sets the clock by a time token, with its record. Nothing is certain before the record is at least owed. */
export function setClock({ clock, cells, log }: Parts, seconds: number, slot: number): void {
  const event = timeSetEvent(clock.now(), seconds, slot);
  cells.setAll(new Map([...clock.set(seconds), log.owed([event])]));
  log.pay([event]);
}

export function timeSetEvent(oldTime: number, newTime: number, slot: number = NO_SLOT): Event {
  return { type: RecordType.timeSet, slot, aux: auxOf({ oldTime, newTime }) };
}
