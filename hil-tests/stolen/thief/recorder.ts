import type { Line } from "./talk.ts";

/** Hears what goes over a line. */
export class Recorder implements Line {
  readonly requests: Uint8Array[] = [];
  readonly #line: Line;

  constructor(line: Line) {
    this.#line = line;
  }

  ask(frame: Uint8Array): Uint8Array | undefined {
    this.requests.push(frame);
    return this.#line.ask(frame);
  }
}
