import assert from "node:assert/strict";
import { opensslSuite } from "../../crypto/openssl.ts";
import { BenchLock, GRANT_ID, type Opened, type Paired } from "../../lock-sim/firmware/testing/bench-lock.ts";
import type { TestLine } from "../../lock-sim/firmware/testing/test-line.ts";
import { Action } from "../../protocol/documents/order.ts";
import { RECORD_BYTES, RecordType } from "../../protocol/log/record.ts";
import { type ResumeAwaitingS2, readS2, resumeTag } from "../../protocol/session/resume.ts";
import { equalBytes } from "../../protocol/wire/bytes.ts";
import { decodeMessage } from "../../protocol/wire/messages.ts";
import { Reason } from "../../protocol/wire/reason.ts";
import { decodeResponse } from "../../protocol/wire/responses.ts";

/** What may happen, as protocol/formal/journal.pml tells it. Orders and S1s are numbered from 1; order 0 is another command. */
export type Step =
  | { kind: "sign"; order: number; slot: number }
  | { kind: "make"; s1: number; slot: number; n: number; order: number }
  | { kind: "deliver"; s1: number }
  | { kind: "c"; order: number }
  | { kind: "bolt" }
  | { kind: "jam" }
  | { kind: "recycle" }
  /** Of the step before: its INTENT did not get into the flash. The real lock then stops, and is started again. */
  | { kind: "write_fails" }
  /** At rest; or the bolt arrives, and the power goes before its event is in the log, or before DONE is. */
  | { kind: "cut"; when: "at_rest" | "bolt_moved" | "after_event" | "recycling" };

interface SentS1 {
  readonly slot: number;
  readonly n: number;
  readonly order: number;
  readonly frame: Uint8Array;
  readonly state: ResumeAwaitingS2;
}

/** Of an order that was accepted. */
const OUTCOMES: readonly Reason[] = [Reason.outcomeUnknown, Reason.jammed];
const BOLT_ARRIVES_MS = 500;
/** More than the log holds, at two for a turn there and back. */
const THUMB_TURNS = 300;
/** Where a record has its type (protocol.md §9). */
const TYPE_AT = 8;

/** The real firmware with two gateways paired, and whoever has all that was ever sent to it: the world of journal.pml. */
export class JournalWorld {
  /** The results that S1s with an order were answered with, over all runs. */
  readonly heard = new Set<Reason>();
  readonly #bench = new BenchLock({ suite: opensslSuite });
  readonly #slots: { paired: Paired; opened: Opened }[] = [];
  readonly #image: Uint8Array;
  #orders = new Map<number, { slot: number; challenge: Uint8Array; document: Uint8Array }>();
  #s1s = new Map<number, SentS1>();
  #waiting: { line: TestLine; s1: number } | undefined;
  #counters = [0, 0];
  /** Orders of which there was an INTENT, and how often the motor has begun to draw the bolt. */
  #accepted = new Set<number>();
  #draws = 0;

  constructor() {
    const bench = this.#bench;
    const first = bench.furnish();
    this.#slots.push({ paired: first.paired, opened: first });
    const permission = { action: Action.allowPairing, grantId: new Uint8Array(8), key: bench.site.issuerKey };
    first.session.done(bench.act(first.session, permission));
    const paired = bench.pair();
    const opened = bench.open(paired);
    opened.session.done({ name: "status" });
    this.#slots.push({ paired, opened });
    this.#image = bench.flash.image();
    bench.lock.hardware.bolt.observe((to) => {
      if (to === "drawn") this.#draws++;
    });
  }

  /** Everything as after the pairing, and nothing sent yet. */
  begin(): void {
    const { lock, flash } = this.#bench;
    lock.powerOff();
    flash.restore(this.#image);
    lock.powerOn();
    // A bolt that the last run left drawn is thrown.
    this.#bench.clock.advance(BOLT_ARRIVES_MS);
    this.#orders = new Map();
    this.#s1s = new Map();
    this.#waiting = undefined;
    this.#counters = [0, 0];
    this.#accepted = new Set();
    this.#draws = 0;
  }

  take(step: Step, next?: Step): void {
    if (next?.kind === "write_fails") this.#bench.flash.loses = (bytes) => isIntent(bytes);
    switch (step.kind) {
      case "sign":
        this.#sign(step.order, step.slot);
        break;
      case "make":
        this.#make(step);
        break;
      case "deliver":
        this.#deliver(step.s1);
        break;
      case "c":
        this.#deliverC(step.order);
        break;
      case "bolt":
        this.#arrive(next);
        break;
      case "jam":
        this.#bench.lock.hardware.bolt.stop();
        this.#arrive(undefined);
        break;
      case "recycle":
        for (let turn = 0; turn < THUMB_TURNS; turn++) {
          this.#bench.lock.turnThumb("drawn");
          this.#bench.lock.turnThumb("thrown");
        }
        break;
      case "write_fails":
        assert.equal(this.#bench.lock.firmware, undefined, "a lock whose INTENT is not in its flash goes on");
        this.#bench.flash.loses = () => false;
        this.#waiting = undefined;
        this.#bench.reboot();
        break;
      case "cut":
        this.#waiting = undefined;
        this.#bench.reboot();
        break;
    }
    this.#check();
  }

  #sign(order: number, slot: number): void {
    const { site, now } = this.#bench;
    const challenge = this.#inside.challenges[slot]!.bytes;
    this.#orders.set(order, { slot, challenge, document: site.order(now, challenge, GRANT_ID) });
  }

  #make({ s1, slot, n, order }: Extract<Step, { kind: "make" }>): void {
    const { paired, opened } = this.#slots[slot]!;
    const document = this.#orders.get(order)?.document;
    const command = document
      ? ({ name: "act", action: Action.unlock, grant: GRANT_ID, order: document } as const)
      : ({ name: "status" } as const);
    const { state, s1: frame } = this.#bench.startResume(paired, n, opened.rms, command);
    this.#s1s.set(s1, { slot, n, order, frame, state });
  }

  #deliver(s1: number): void {
    const line = this.#bench.line();
    const reply = line.send(this.#s1s.get(s1)!.frame);
    if (reply) this.#hear(s1, reply);
    else this.#waiting = { line, s1 };
  }

  /** A new session proves itself, as after a power cut; the RMS of before ends with that. */
  #deliverC(order: number): void {
    const { slot, document } = this.#orders.get(order)!;
    const { session } = this.#bench.open(this.#slots[slot]!.paired);
    session.line.send(session.sealed({ name: "act", action: Action.unlock, grant: GRANT_ID, order: document }));
  }

  #arrive(next: Step | undefined): void {
    const { lock, clock } = this.#bench;
    if (next?.kind === "cut" && next.when === "bolt_moved") lock.cutPowerAtFlashOperation(1);
    if (next?.kind === "cut" && next.when === "after_event") lock.cutPowerAtFlashOperation(2);
    clock.advance(BOLT_ARRIVES_MS);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    const reply = lock.firmware && waiting?.line.wait();
    if (waiting && reply) this.#hear(waiting.s1, reply);
  }

  /** "Done" is only said of what was done, "refused" only of what was not. */
  #hear(s1: number, reply: Uint8Array): void {
    const { order, state } = this.#s1s.get(s1)!;
    if (decodeMessage(reply).type !== "S2" || order === 0) return;
    const copy = { ...state, rms: state.rms.part(0, state.rms.length) };
    const response = decodeResponse("act", readS2(this.#bench.suite, copy, reply).response);
    this.heard.add(response.ok ? Reason.done : response.refusal.reason);
    if (response.ok) {
      const { seq } = response.value;
      const done = [...this.#inside.store.newestFirst()].find((record) => record.seq === seq);
      assert.deepEqual([done?.type, done?.result], [RecordType.done, Reason.done], `S1 ${s1} is said to be done`);
      assert.equal(this.#intentsOf(order).length, 1, `S1 ${s1} is said to be done`);
    } else if (!OUTCOMES.includes(response.refusal.reason)) {
      assert.equal(this.#intentOf(s1), undefined, `S1 ${s1} is said to be refused`);
    }
  }

  /** What holds at every moment at which the lock has power. */
  #check(): void {
    if (!this.#bench.lock.firmware) return;
    for (const order of this.#orders.keys()) {
      const intents = this.#intentsOf(order).length;
      assert(intents <= 1, `order ${order} is done twice`);
      if (intents === 1) this.#accepted.add(order);
    }
    assert(this.#draws <= this.#accepted.size, "the motor draws the bolt more often than orders were accepted");
    for (const slot of [0, 1]) {
      const { n } = this.#inside.slots.at(slot)!.counter;
      assert(n >= this.#counters[slot]!, `the counter of slot ${slot} goes back`);
      this.#counters[slot] = n;
    }
  }

  /** By its S1s and its challenge. */
  #intentsOf(order: number) {
    const tags = [...this.#s1s.values()].filter((s1) => s1.order === order).map(({ frame }) => this.#tag(frame));
    const names = [...tags, this.#orders.get(order)!.challenge];
    return this.#intents().filter(({ ref }) => names.some((name) => equalBytes(ref, name)));
  }

  #intentOf(s1: number) {
    const tag = this.#tag(this.#s1s.get(s1)!.frame);
    return this.#intents().find(({ ref }) => equalBytes(ref, tag));
  }

  #intents() {
    return [...this.#inside.store.newestFirst()].filter(({ type }) => type === RecordType.intent);
  }

  #tag(s1: Uint8Array): Uint8Array {
    return resumeTag(this.#bench.suite, s1);
  }

  get #inside() {
    const { firmware } = this.#bench.lock;
    assert(firmware, "the lock has power");
    return firmware.inside;
  }
}

function isIntent(programmed: Uint8Array): boolean {
  return programmed.length === RECORD_BYTES && programmed[TYPE_AT] === RecordType.intent;
}
