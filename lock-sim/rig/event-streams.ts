import type { ServerResponse } from "node:http";
import type { Clock, Timer } from "../../protocol/clock.ts";
import type { Lock } from "../lock.ts";
import { HttpError } from "./http-error.ts";
import { type LogPlace, logView } from "./log-view.ts";
import type { Reply } from "./reply.ts";
import type { StateView } from "./state.ts";

const STREAMS_MAX = 16;
const HEARTBEAT_MS = 15_000;
/** Whoever does not read is cut off at so many bytes, and may come again. */
const UNREAD_BYTES_MAX = 512 * 1024;

/**
 * What happens at the lock, as server-sent events (WHATWG HTML §9.2): `state` at first and whenever anything but the passing
 * of time has changed, `signal` for each that is shown, `record` for each that is appended to the log, and a comment as a
 * heartbeat. A record's event id is its place in the log: with it in Last-Event-ID a client gets what it missed.
 */
export class EventStreams {
  readonly #lock: Lock;
  readonly #view: StateView;
  readonly #clock: Clock;
  readonly #ends = new Set<() => void>();

  constructor(lock: Lock, view: StateView, clock: Clock) {
    this.#lock = lock;
    this.#view = view;
    this.#clock = clock;
  }

  /** Throws HttpError 503 if too many follow already, and 400 for an id that is none. */
  follow(lastEventId: string | undefined): Reply {
    if (this.#ends.size >= STREAMS_MAX) throw new HttpError(503, `${STREAMS_MAX} clients follow already`);
    const from = lastEventId === undefined ? this.#newest() : parseEventId(lastEventId);
    return (response) => this.#stream(response, from);
  }

  close(): void {
    for (const end of [...this.#ends]) end();
  }

  #stream(response: ServerResponse, from: LogPlace): void {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    let place = from;
    let lastState = "";
    let heartbeat: Timer;
    const write = (text: string) => {
      if (response.destroyed) return;
      response.write(text);
      if (response.writableLength > UNREAD_BYTES_MAX) response.destroy();
    };
    const look = () => {
      const state = this.#view.now();
      const comparable = JSON.stringify({ ...state, uptimeMs: 0, clock: { ...state.clock, seconds: 0 } });
      if (comparable !== lastState) write(eventText("state", state));
      lastState = comparable;
      for (const record of this.#recordsAfter(place)) {
        place = record;
        write(eventText("record", record, `${record.generation}-${record.seq}`));
      }
    };
    const beat = () => {
      write(": still here\n\n");
      heartbeat = this.#clock.schedule(HEARTBEAT_MS, beat);
    };
    const forgetSignals = this.#lock.hardware.signals.observe((signal) => write(eventText("signal", { signal })));
    const forgetLock = this.#lock.observe(look);
    const end = () => {
      forgetSignals();
      forgetLock();
      heartbeat.cancel();
      this.#ends.delete(end);
      response.end();
    };
    this.#ends.add(end);
    response.on("close", end);
    beat();
    look();
  }

  #recordsAfter(place: LogPlace) {
    return this.#lock.firmware ? logView(this.#lock.firmware.inside.store, place) : [];
  }

  #newest(): LogPlace {
    return this.#lock.firmware?.inside.store.position ?? { generation: 0, seq: 0 };
  }
}

function parseEventId(text: string): LogPlace {
  const [, generation, seq] = /^(\d{1,10})-(\d{1,10})$/.exec(text) ?? [];
  if (seq === undefined) throw new HttpError(400, "Last-Event-ID must be the id of a record's event");
  return { generation: Number(generation), seq: Number(seq) };
}

function eventText(name: string, data: object, id?: string): string {
  return `${id === undefined ? "" : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
