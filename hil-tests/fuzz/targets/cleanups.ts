/** Takes what fixtures do after a test, for whoever uses them outside of one: done in `run`, the last first. */
export class Cleanups {
  readonly #work: (() => unknown)[] = [];

  readonly after = (work?: unknown): void => {
    if (typeof work === "function") this.#work.push(work as () => unknown);
  };

  async run(): Promise<void> {
    for (let work = this.#work.pop(); work; work = this.#work.pop()) await work();
  }
}
