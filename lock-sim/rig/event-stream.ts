import type { ServerResponse } from "node:http";
import type { Clock, Timer } from "../../protocol/clock.ts";
import type { Lock } from "../lock.ts";
import { type LogPlace, logView } from "./log-view.ts";
import type { StateView } from "./state.ts";

const HEARTBEAT_MS = 15_000;
/** Whoever does not read is cut off at so many bytes, and may come again. */
const UNREAD_BYTES_MAX = 512 * 1024;

/**
 * What happens at the lock, as server-sent events (WHATWG HTML §9.2) to one client: `state` at first and whenever anything
 * but the passing of time has changed, `signal` for each that is shown, `record` for each that is appended to the log, and a
 * comment as a heartbeat. A record's event id is its place in the log.
 */
export class EventStream {
  readonly #lock: Lock;
  readonly #view: StateView;
  readonly #clock: Clock;
  readonly #response: ServerResponse;
  #place: LogPlace;
  #lastState = "";
  #heartbeat: Timer | undefined;
  #observations: (() => void)[] = [];

  /** The first record told of is the one after `from`. */
  constructor(lock: Lock, view: StateView, clock: Clock, response: ServerResponse, from: LogPlace) {
    this.#lock = lock;
    this.#view = view;
    this.#clock = clock;
    this.#response = response;
    this.#place = from;
  }

  start(): void {
    this.#response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    this.#observations = [
      this.#lock.hardware.signals.observe((signal) => this.#tell("signal", { signal })),
      this.#lock.observe(() => this.#look()),
    ];
    this.#beat();
    this.#look();
  }

  close(): void {
    for (const forget of this.#observations) forget();
    this.#heartbeat?.cancel();
    this.#response.end();
  }

  #look(): void {
    const state = this.#view.now();
    const comparable = JSON.stringify({ ...state, uptimeMs: 0, energy: {}, clock: { ...state.clock, seconds: 0 } });
    if (comparable !== this.#lastState) this.#tell("state", state);
    this.#lastState = comparable;
    if (!this.#lock.firmware) return;
    for (const record of logView(this.#lock.firmware.inside.store, this.#place)) {
      this.#place = record;
      this.#tell("record", record, `${record.generation}-${record.seq}`);
    }
  }

  #beat(): void {
    this.#write(": still here\n\n");
    this.#heartbeat = this.#clock.schedule(HEARTBEAT_MS, () => this.#beat());
  }

  #tell(event: string, data: object, id?: string): void {
    this.#write(`${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  #write(text: string): void {
    if (this.#response.destroyed) return;
    this.#response.write(text);
    if (this.#response.writableLength > UNREAD_BYTES_MAX) this.#response.destroy();
  }
}
