import { SeededRandom } from "../../../protocol/testing/seeded-random.ts";
import { BlockMap } from "./block-map.ts";
import { minimised } from "./minimise.ts";
import { mutated } from "./mutate.ts";
import type { Opened, Target } from "./target.ts";
import { judge, signatureOf, type Verdict } from "./verdict.ts";

/** An input that the target neither takes nor refuses as it should. */
export interface Find {
  readonly input: Uint8Array;
  readonly signature: string;
  readonly detail: string;
}

export interface CampaignParts {
  readonly target: Target;
  readonly seed: number;
  /** Inputs kept from earlier campaigns. */
  readonly kept: readonly Uint8Array[];
  /** Which blocks have run since it was asked last. */
  readonly takeCoverage: () => BlockMap;
  /** Told of each input before it runs, in case it never comes back. */
  readonly running?: (input: Uint8Array) => void;
}

const FINDS_MAX = 8;

/**
 * Fuzzing of one target: what is mutated is the corpus, and what joins it are inputs that run a block which none ran before.
 * Coverage is looked at once a batch; only a batch that found something new is run again, in halves, to see which input it was.
 * The seed decides everything, given the same build.
 */
export class Campaign {
  readonly #parts: CampaignParts;
  readonly #random: SeededRandom;
  readonly #seen = new BlockMap();
  readonly #corpus: Uint8Array[] = [];
  readonly #finds = new Map<string, Find>();
  #opened: Opened | undefined;
  #sinceOpen = 0;
  #executions = 0;
  #refused = 0;
  #seedBlocks = 0;
  #newBlocks = 0;

  constructor(parts: CampaignParts) {
    this.#parts = parts;
    this.#random = new SeededRandom(parts.seed);
  }

  get executions(): number {
    return this.#executions;
  }

  /** How many of them the target refused. */
  get refused(): number {
    return this.#refused;
  }

  /** Blocks that the seeds and kept inputs run, and those that only mutation found. */
  get blocks(): { seeds: number; found: number } {
    return { seeds: this.#seedBlocks, found: this.#newBlocks };
  }

  get corpus(): readonly Uint8Array[] {
    return this.#corpus;
  }

  get finds(): readonly Find[] {
    return [...this.#finds.values()];
  }

  get isOver(): boolean {
    return this.#finds.size >= FINDS_MAX;
  }

  /** Runs the seeds and what was kept; those that add nothing are left aside, the shorter ones first asked. */
  async begin(): Promise<void> {
    const { target, kept, takeCoverage } = this.#parts;
    const inputs = [...target.seeds(), ...kept].sort((one, other) => one.length - other.length);
    await this.#open();
    takeCoverage();
    for (const input of inputs) await this.#admit(input);
    this.#seedBlocks = this.#newBlocks;
    this.#newBlocks = 0;
    if (this.#corpus.length === 0) this.#corpus.push(new Uint8Array(0));
  }

  async runBatch(): Promise<void> {
    const { target, takeCoverage } = this.#parts;
    const { inputBytesMax, dictionary = [] } = target;
    const material = { random: this.#random, corpus: this.#corpus, dictionary, inputBytesMax };
    const inputs = Array.from({ length: target.batch }, () => mutated(material));
    await this.#runAll(inputs);
    const map = takeCoverage();
    if (this.#seen.novelty(map) === 0) return;
    await this.#locate(inputs);
    // What needed more than one input of the batch will not be found again by looking.
    this.#seen.add(map);
  }

  async end(): Promise<void> {
    await this.#opened?.close?.();
    this.#opened = undefined;
  }

  /** Finds the inputs that run new blocks. */
  async #locate(inputs: readonly Uint8Array[]): Promise<void> {
    if (inputs.length === 1) {
      await this.#admit(inputs[0]!);
      return;
    }
    const middle = inputs.length >> 1;
    for (const half of [inputs.slice(0, middle), inputs.slice(middle)]) {
      await this.#runAll(half);
      if (this.#seen.novelty(this.#parts.takeCoverage()) > 0) await this.#locate(half);
    }
  }

  async #admit(input: Uint8Array): Promise<void> {
    await this.#runAll([input]);
    const map = this.#parts.takeCoverage();
    const novelty = this.#seen.novelty(map);
    if (novelty === 0) return;
    this.#newBlocks += novelty;
    this.#seen.add(map);
    this.#corpus.push(input);
  }

  async #runAll(inputs: readonly Uint8Array[]): Promise<void> {
    for (const input of inputs) {
      const judged = this.#run(input);
      const verdict = judged instanceof Promise ? await judged : judged;
      if (verdict.kind === "refused") this.#refused++;
      if (verdict.kind === "find") await this.#keepFind(input, verdict.error);
      if (this.#sinceOpen >= (this.#parts.target.executionsPerOpen ?? Number.POSITIVE_INFINITY)) await this.#open();
    }
  }

  #run(input: Uint8Array): Verdict | Promise<Verdict> {
    const { target, running } = this.#parts;
    this.#executions++;
    this.#sinceOpen++;
    running?.(input);
    return judge(target, this.#opened!.execute, input);
  }

  async #open(): Promise<void> {
    await this.end();
    this.#opened = await this.#parts.target.open();
    this.#sinceOpen = 0;
  }

  async #keepFind(input: Uint8Array, error: unknown): Promise<void> {
    const signature = signatureOf(error);
    if (this.#finds.has(signature) || this.isOver) return;
    const smallest = await minimised(input, async (candidate) => {
      await this.#open();
      const verdict = await this.#run(candidate);
      return verdict.kind === "find" && signatureOf(verdict.error) === signature;
    });
    await this.#open();
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#finds.set(signature, { input: smallest, signature, detail });
  }
}
