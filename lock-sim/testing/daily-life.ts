import assert from "node:assert/strict";
import { signReceipt } from "../../protocol/documents/receipt.ts";
import { uint64 } from "../../protocol/wire/bytes.ts";
import type { Command } from "../../protocol/wire/commands.ts";
import type { BenchLock, Opened, Paired } from "../firmware/testing/bench-lock.ts";
import type { TestSession } from "../firmware/testing/test-session.ts";

const DAY_MS = 24 * 3_600_000;
/** From an order until the bolt is thrown again and everything is at rest. */
const USE_MS = 20_000;
const DOOR_OPENS_MS = 2_000;
const DOOR_CLOSES_MS = 2_000;
const ROW_MAX = 20;

interface Habits {
  /** Orders that a resumed session brings; each opens and closes the door. */
  readonly usesPerDay: number;
  /** Sessions that the gateway resumes besides, to ask how the lock is. */
  readonly pollsPerDay: number;
  readonly grants: number;
}

/**
 * A lock and its gateway as they live: each use is a resumed order, after which the gateway pulls the log, has its head
 * signed and brings the backend's receipt, as it does when it comes by itself and finds something; every day a session is
 * opened anew, the clock is corrected by a second and one grant of the table is replaced.
 */
export class DailyLife {
  readonly bench: BenchLock;
  readonly #habits: Habits;
  readonly #paired: Paired;
  readonly #grants: Uint8Array[];
  #opened: Opened;
  #session: TestSession;
  #n = 0;
  #epoch = 0;
  #pulledTo = 0;

  constructor(bench: BenchLock, habits: Habits) {
    this.bench = bench;
    this.#habits = habits;
    this.#paired = bench.pair();
    this.#opened = bench.open(this.#paired);
    this.#session = this.#opened.session;
    this.#grants = Array.from({ length: habits.grants }, (_, i) => bench.site.grant(bench.now, idOf(i)));
    this.#sendRoster(this.#grants);
    this.#pull();
  }

  day(): void {
    const { bench } = this;
    const { usesPerDay, pollsPerDay } = this.#habits;
    const endMs = bench.clock.monotonicMs() + DAY_MS;
    this.open();
    this.#session.done({ name: "timeHint", time: bench.now + (this.#epoch % 2) });
    this.#replaceGrant();

    const events = usesPerDay + pollsPerDay;
    const pauseMs = (DAY_MS - USE_MS) / events - USE_MS;
    for (let i = 0; i < events; i++) {
      const isUse = Math.floor(((i + 1) * usesPerDay) / events) > Math.floor((i * usesPerDay) / events);
      if (isUse) this.use();
      else this.poll();
      bench.clock.advance(pauseMs);
    }
    bench.clock.advance(Math.max(0, endMs - bench.clock.monotonicMs()));
  }

  /** A new session, in place of one that is too old to be resumed. */
  open(): void {
    this.#opened = this.bench.open(this.#paired);
    this.#session = this.#opened.session;
    this.#session.done({ name: "status" });
  }

  use(): void {
    const { bench } = this;
    const endMs = bench.clock.monotonicMs() + USE_MS;
    this.#resume(bench.act(this.#session, { grantId: idOf(0) }));
    bench.clock.advance(DOOR_OPENS_MS);
    bench.lock.setDoor(true);
    bench.clock.advance(DOOR_CLOSES_MS);
    bench.lock.setDoor(false);
    bench.clock.advance(Math.max(0, endMs - bench.clock.monotonicMs()));
    this.#session.done({ name: "status" });
    this.#pull();
    this.#session.line.hangUp();
  }

  /** Somebody goes out: by the thumb-turn, without anybody's asking. */
  goOut(): void {
    const { clock, lock } = this.bench;
    lock.turnThumb("drawn");
    for (const isOpen of [true, false]) {
      clock.advance(DOOR_OPENS_MS);
      lock.setDoor(isOpen);
    }
    clock.advance(DOOR_CLOSES_MS);
    lock.turnThumb("thrown");
  }

  /** The gateway comes to see, and takes along what there is. */
  poll(): void {
    this.#resume({ name: "status" });
    if (this.#pulledTo < this.bench.lock.firmware!.inside.store.position.seq) this.#pull();
    this.#session.line.hangUp();
  }

  #resume(command: Command): void {
    const { response, session } = this.bench.resume(this.#paired, ++this.#n, this.#opened.rms, command);
    assert(response.ok, `${command.name} was refused`);
    this.#session = session;
  }

  /** The new records, the signed head, and the receipt for them. */
  #pull(): void {
    const { bench } = this;
    for (;;) {
      const { records } = this.#session.done({ name: "readLog", fromSeq: this.#pulledTo + 1, max: ROW_MAX });
      if (records.length === 0) break;
      this.#pulledTo += records.length / 48;
    }
    this.#session.done({ name: "logHead", nonce: bench.random.bytes(16) });
    const { seq, head } = bench.lock.firmware!.inside.store.position;
    const receipt = { lockId: bench.label.lockId, generation: 0, seq, head };
    this.#session.done({ name: "ackLog", receipt: signReceipt(bench.suite, bench.site.issuerKey, receipt) });
  }

  #replaceGrant(): void {
    const { bench } = this;
    const at = 1 + (this.#epoch % (this.#grants.length - 1));
    this.#grants[at] = bench.site.grant(bench.now, idOf(at));
    this.#sendRoster([this.#grants[at]]);
  }

  #sendRoster(changed: readonly Uint8Array[]): void {
    const { bench } = this;
    this.#epoch++;
    this.#session.done({ name: "rosterBegin", roster: bench.site.roster(bench.now, this.#epoch, this.#grants) });
    for (const grant of changed) this.#session.done({ name: "grantPut", grants: [grant] });
    this.#session.done({ name: "rosterCommit" });
  }
}

function idOf(index: number): Uint8Array {
  return uint64(BigInt(index + 1));
}
