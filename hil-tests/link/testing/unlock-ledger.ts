import assert from "node:assert/strict";
import type { ActOutcome } from "../../../gateway/api/services.ts";
import { decodeRecord, type LogRecord, RecordType } from "../../../protocol/log/record.ts";
import type { Joint } from "./joint.ts";

/** Longer than the difference of two clocks that count whole seconds. */
const APART_MS = 5_000;

/** Keeps every request to unlock with its outcome, and holds the lock's own log against them. */
export class UnlockLedger {
  readonly #joint: Joint;
  readonly #entries: { fromSeconds: number; outcome: ActOutcome | { kind: "never-told" } }[] = [];

  constructor(joint: Joint) {
    this.#joint = joint;
  }

  /** `justBefore` is called at the moment of the request. */
  async unlock(justBefore: () => void = () => {}): Promise<ActOutcome> {
    const fromSeconds = await this.#apart();
    justBefore();
    const outcome = await this.#joint.unlock();
    this.#entries.push({ fromSeconds, outcome });
    return outcome;
  }

  /** A request whose outcome nobody gets to know: the gateway is killed before, which `died` settles with. */
  async unlockInVain(justBefore: () => void, died: Promise<void>): Promise<void> {
    const fromSeconds = await this.#apart();
    justBefore();
    void this.#joint.gateway.services.actions.act(this.#joint.lockId, "unlock");
    await this.#joint.run(died);
    this.#entries.push({ fromSeconds, outcome: { kind: "never-told" } });
  }

  /** The moment of a request, well after the one before, in seconds since 1970. */
  async #apart(): Promise<number> {
    await this.#joint.clock.advanceAsync(APART_MS);
    return Math.floor(this.#joint.clock.wallMs() / 1_000) - 1;
  }

  /**
   * What was said to be done was done once, what was said not to be done was not, and nothing was done twice. `records` is the
   * lock's whole log.
   */
  check(records = this.#recordsAtGateway()): void {
    for (const [i, { fromSeconds, outcome }] of this.#entries.entries()) {
      const toSeconds = this.#entries[i + 1]?.fromSeconds ?? Number.POSITIVE_INFINITY;
      const own = records.filter(({ time }) => time >= fromSeconds && time < toSeconds);
      const intents = own.filter(isUnlockIntent);
      const what = `unlock ${i} (${JSON.stringify(outcome)})`;
      assert(intents.length <= 1, `${what} was executed ${intents.length} times`);
      if (outcome.kind === "done") {
        assert.equal(own.filter(({ type, result }) => type === RecordType.done && result === 0).length, 1, what);
      }
      if (outcome.kind === "unreachable") assert.equal(intents.length, 0, what);
    }
  }

  #recordsAtGateway(): LogRecord[] {
    return this.#joint.gateway.events
      .after(0, 100_000)
      .filter(({ kind }) => kind === "record")
      .map(({ payload }) => decodeRecord(payload));
  }
}

function isUnlockIntent({ type, result }: LogRecord): boolean {
  return type === RecordType.intent && result === 1;
}
