import type { ConnectParameters, Done, Peripheral } from "./noble.ts";

/** 7.5 to 22.5 ms between connection events; without a word for 2 s the connection is lost. */
const PARAMETERS: ConnectParameters = { minInterval: 6, maxInterval: 18, latency: 0, timeout: 200 };

/** One attempt to connect: it listens to what the library says of it and, when it has ended, no more. */
export class Attempt {
  readonly #peripheral: Peripheral;
  #listener: (error?: Error | null) => void = () => {};
  #isOver = false;

  constructor(peripheral: Peripheral) {
    this.#peripheral = peripheral;
  }

  /** The library has said how it ended. */
  get isOver(): boolean {
    return this.#isOver;
  }

  begin(done: Done<void>): void {
    this.listen((error) => done(error, undefined));
    // The library would refuse, or wait, by what it wrongly believes.
    this.#peripheral.state = "disconnected";
    this.#peripheral.connect(PARAMETERS);
  }

  listen(listener: (error?: Error | null) => void): void {
    this.#listener = (error) => {
      this.#isOver = true;
      listener(error);
    };
    this.#peripheral.once("connect", this.#listener);
  }

  end(): void {
    this.#peripheral.removeListener("connect", this.#listener);
  }
}
