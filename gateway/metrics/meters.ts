import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { type Reason, reasonName } from "../../protocol/wire/reason.ts";
import type { ActOutcome, SyncStatus, UplinkStatus } from "../api/services.ts";
import type { DocumentResult } from "../fleet/bundle.ts";
import type { LinkErrorKind, Observer, UnlockStep } from "./observer.ts";

/** Each lock has some time series of its own; beyond this many locks the rest share theirs, under `other`. */
const LOCKS_APART_MAX = 1000;

const SYNC_STATES: readonly SyncStatus["state"][] = ["in-step", "working", "waiting", "stopped"];
const UPLINK_STATES: readonly UplinkStatus["state"][] = ["none", "delivering", "waiting"];
const STEP_SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** A contact, an hour of a lock that is out of reach, a day, a week. */
const REVOCATION_SECONDS = [60, 600, 3_600, 86_400, 604_800];
const ORDER_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40];

/** What is looked up whenever somebody reads the metrics. */
export interface Levels {
  syncStates(): SyncStatus["state"][];
  /** Of each paired lock, in seconds; undefined for one that has confirmed nothing yet. */
  revocationAges(): (number | undefined)[];
  undeliveredEvents(): number;
  databaseBytes(): number;
  setAsideEvents(): number;
  /** Given up since the start, for want of room. */
  lostEvents(): number;
  uplinkState(): UplinkStatus["state"];
}

/** All that the daemon counts, for Prometheus. Labels are ids of locks and words of ours: nothing of people. */
export class Meters implements Observer {
  readonly #registry = new Registry();
  readonly #locksApart = new Set<string>();
  readonly #frames = this.#counter("portvakt_link_frames_total", "Frames to and from a lock", "lock", "direction");
  readonly #errors = this.#counter("portvakt_link_errors_total", "Exchanges with a lock that failed", "lock", "kind");
  readonly #sessions = this.#counter("portvakt_sessions_total", "Sessions with a lock that began", "lock", "how");
  readonly #refusals = this.#counter("portvakt_refusals_total", "Commands that a lock refused", "lock", "reason");
  readonly #requests = this.#counter("portvakt_api_requests_total", "Answers of the API", "operation", "status");
  readonly #steps = this.#histogram("portvakt_unlock_step_seconds", "Parts of an unlock", STEP_SECONDS, "step");
  readonly #orders = this.#histogram("portvakt_order_seconds", "Orders, from asked to known", ORDER_SECONDS, "outcome");

  readonly #foreign = this.#counter("portvakt_foreign_rosters_total", "Rosters that a lock had from elsewhere", "lock");
  readonly #documents = this.#counter("portvakt_documents_total", "Documents of the issuer", "kind", "outcome", "code");

  /** Memory, CPU and the event loop of the process as well; at most once in a process. */
  measureProcess(): void {
    collectDefaultMetrics({ register: this.#registry });
  }

  watch(levels: Levels): void {
    this.#gauge("portvakt_events_undelivered", "Events that the backend does not have yet", () =>
      levels.undeliveredEvents(),
    );
    this.#gauge("portvakt_database_bytes", "Size of the store", () => levels.databaseBytes());
    this.#gauge("portvakt_events_set_aside", "Events that the backend refused", () => levels.setAsideEvents());
    this.#gauge("portvakt_events_lost", "Events given up since the start for want of room", () => levels.lostEvents());
    this.#gaugeBy("state", "portvakt_locks", "Paired locks by how far they are in step", () => {
      const states = levels.syncStates();
      return SYNC_STATES.map((state) => [state, states.filter((one) => one === state).length]);
    });
    this.#gauge("portvakt_revocation_age_seconds", "Longest time since a lock confirmed what was wanted then", () =>
      Math.max(0, ...levels.revocationAges().map((age) => age ?? 0)),
    );
    const help = "Paired locks that confirmed within so many seconds what was wanted then; +Inf: all of them";
    this.#gaugeBy("le", "portvakt_locks_by_revocation_age", help, () => {
      const ages = levels.revocationAges();
      const within = (le: number) => ages.filter((age) => age !== undefined && age <= le).length;
      return [...REVOCATION_SECONDS.map((le) => [String(le), within(le)] as const), ["+Inf", ages.length]];
    });
    this.#gaugeBy("state", "portvakt_uplink_state", "1 for the state that the uplink is in", () =>
      UPLINK_STATES.map((state) => [state, Number(levels.uplinkState() === state)]),
    );
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  answered(operation: string, status: number): void {
    this.#requests.inc({ operation, status });
  }

  frameSent(lockId: string, resent: boolean): void {
    this.#frames.inc({ lock: this.#lock(lockId), direction: resent ? "resent" : "sent" });
  }

  frameReceived(lockId: string): void {
    this.#frames.inc({ lock: this.#lock(lockId), direction: "received" });
  }

  linkFailed(lockId: string, kind: LinkErrorKind): void {
    this.#errors.inc({ lock: this.#lock(lockId), kind });
  }

  sessionBegan(lockId: string, how: "opened" | "resumed"): void {
    this.#sessions.inc({ lock: this.#lock(lockId), how });
  }

  refused(lockId: string, reason: Reason): void {
    this.#refusals.inc({ lock: this.#lock(lockId), reason: reasonName(reason) });
  }

  unlockStepTook(step: UnlockStep, ms: number): void {
    this.#steps.observe({ step }, ms / 1000);
  }

  orderEnded(outcome: ActOutcome["kind"], ms: number): void {
    this.#orders.observe({ outcome }, ms / 1000);
  }

  documentJudged(result: DocumentResult): void {
    const { kind, outcome } = result;
    this.#documents.inc({ kind, outcome, code: "code" in result ? result.code : "none" });
  }

  foreignRoster(lockId: string): void {
    this.#foreign.inc({ lock: this.#lock(lockId) });
  }

  #lock(lockId: string): string {
    if (this.#locksApart.size < LOCKS_APART_MAX) this.#locksApart.add(lockId);
    return this.#locksApart.has(lockId) ? lockId : "other";
  }

  #counter<Label extends string>(name: string, help: string, ...labelNames: Label[]): Counter<Label> {
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }

  #histogram<Label extends string>(name: string, help: string, buckets: number[], ...labelNames: Label[]) {
    return new Histogram<Label>({ name, help, buckets, labelNames, registers: [this.#registry] });
  }

  #gauge(name: string, help: string, value: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect() {
        this.set(value());
      },
    });
  }

  /** One with a series for each value of the label; `values` is asked once for all of them. */
  #gaugeBy(label: string, name: string, help: string, values: () => readonly (readonly [string, number])[]): void {
    new Gauge({
      name,
      help,
      labelNames: [label],
      registers: [this.#registry],
      collect() {
        for (const [key, value] of values()) this.set({ [label]: key }, value);
      },
    });
  }
}
