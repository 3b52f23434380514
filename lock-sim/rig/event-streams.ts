import type { ServerResponse } from "node:http";
import type { Clock } from "../../protocol/clock.ts";
import type { Lock } from "../lock.ts";
import { EventStream } from "./event-stream.ts";
import { HttpError } from "./http-error.ts";
import type { LogPlace } from "./log-view.ts";
import type { Reply } from "./reply.ts";
import type { StateView } from "./state.ts";

const STREAMS_MAX = 16;

/** Those who follow what happens at the lock. With a record's id in Last-Event-ID a client gets what it missed since. */
export class EventStreams {
  readonly #lock: Lock;
  readonly #view: StateView;
  readonly #clock: Clock;
  readonly #streams = new Set<EventStream>();

  constructor(lock: Lock, view: StateView, clock: Clock) {
    this.#lock = lock;
    this.#view = view;
    this.#clock = clock;
  }

  /** Throws HttpError 503 if too many follow already, and 400 for an id that is none. */
  follow(lastEventId: string | undefined): Reply {
    if (this.#streams.size >= STREAMS_MAX) throw new HttpError(503, `${STREAMS_MAX} clients follow already`);
    const from = lastEventId === undefined ? this.#newest() : parseEventId(lastEventId);
    return (response) => this.#open(response, from);
  }

  close(): void {
    for (const stream of this.#streams) stream.close();
    this.#streams.clear();
  }

  #open(response: ServerResponse, from: LogPlace): void {
    // Whoever has gone already will not close once more.
    if (response.destroyed) return;
    const stream = new EventStream(this.#lock, this.#view, this.#clock, response, from);
    this.#streams.add(stream);
    response.on("close", () => {
      this.#streams.delete(stream);
      stream.close();
    });
    stream.start();
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
