import type { Clock, Timer } from "../../../protocol/clock.ts";
import type { Log } from "../../log.ts";
import { TransportError, type Urgency } from "../channel.ts";
import { BleConnection } from "./ble-connection.ts";
import { ConnectQueue, GIVEN_UP_AFTER_MS, hasRoom, whoGivesWay } from "./connect-queue.ts";
import { connectTo } from "./connect-to.ts";
import { Library } from "./library.ts";
import type { Noble, Peripheral } from "./noble.ts";
import { Scanner } from "./scanner.ts";
import { type Device, Sightings } from "./sightings.ts";

/** Locks advertise about once a second; at the edge of range some of that is lost. */
const CONNECT_WITHIN_MS: Record<Urgency, number> = { sync: 4_000, unlock: 5_000 };
/** So many locks in a row that were heard a moment ago and can not be connected to: it is the adapter. */
const FAILED_MAX = 6;

export interface Connected {
  readonly connection: BleConnection;
  /** How often it had to be tried again. */
  readonly retries: number;
}

interface Job {
  readonly lockId: string;
  urgency: Urgency;
  readonly device: Device;
  readonly resolve: (connected: Connected) => void;
  readonly reject: (error: unknown) => void;
}

export interface BleAdapterParts {
  readonly clock: Clock;
  readonly log: Log;
  /** hci0, for example. */
  readonly name: string;
  readonly load: () => Noble;
  /** A lock advertises. */
  readonly heard: (lockId: string, flags: number) => void;
}

/** One adapter has one owner: it listens, connects to one lock at a time, unlocks first, and shares out its few connections. */
export class BleAdapter {
  readonly sightings: Sightings;
  readonly #parts: BleAdapterParts;
  readonly #library: Library;
  readonly #scanner: Scanner;
  readonly #queue = new ConnectQueue<Job>();
  readonly #connections = new Set<BleConnection>();
  readonly #attended = new WeakSet<Peripheral>();
  #noble: Noble | undefined;
  #gone = new AbortController();
  #current: { job: Job; givesWay: AbortController } | undefined;
  #isWorking = false;
  #lookAgain: Timer | undefined;
  #failed = 0;

  constructor(parts: BleAdapterParts) {
    const { clock, log, name, load } = parts;
    this.#parts = parts;
    this.sightings = new Sightings(clock);
    const giveUp = (why: string) => this.#library.renew(why);
    const expects = () => this.sightings.expectsAny(this.#connections.size);
    this.#scanner = new Scanner({ clock, log, name, expects, giveUp });
    const events = {
      on: (noble: Noble) => this.#on(noble),
      off: (sentence: string) => this.#off(sentence),
      heard: (peripheral: Peripheral) => this.#heard(peripheral),
    };
    this.#library = new Library({ clock, log, name, load, events });
  }

  get name(): string {
    return this.#parts.name;
  }

  /** Why it can not be used, in a sentence; undefined while it can. */
  get trouble(): string | undefined {
    return this.#library.trouble === undefined ? undefined : this.#library.sentence;
  }

  start(): void {
    this.#library.start();
  }

  async close(): Promise<void> {
    this.#reject("the gateway is stopping");
    await Promise.all([...this.#connections].map((connection) => connection.close("the gateway is stopping")));
    await this.#scanner.pause();
    this.#off("the gateway is stopping");
    this.#library.close();
  }

  connectionTo(lockId: string): BleConnection | undefined {
    return [...this.#connections].find((connection) => connection.lockId === lockId);
  }

  /** Rejects with TransportError, or with the signal's reason. */
  connect(lockId: string, device: Device, urgency: Urgency, signal: AbortSignal | undefined): Promise<Connected> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const onAbort = () => this.#drop(job, signal?.reason);
      const settled = () => signal?.removeEventListener("abort", onAbort);
      const job: Job = {
        lockId,
        urgency,
        device,
        resolve: (connected) => {
          settled();
          resolve(connected);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      };
      signal?.addEventListener("abort", onAbort);
      this.#queue.push(job);
      if (urgency === "unlock") this.#makeWay();
      void this.#work();
    });
  }

  /** An unlock waits for the connection to this lock. */
  hurry(lockId: string): void {
    for (const job of [...this.#queue.all, ...(this.#current ? [this.#current.job] : [])]) {
      if (job.lockId === lockId) job.urgency = "unlock";
    }
    if (this.#queue.first?.urgency === "unlock") this.#makeWay();
    void this.#work();
  }

  #makeWay(): void {
    if (this.#current?.job.urgency === "sync") this.#current.givesWay.abort(GAVE_WAY);
  }

  #drop(job: Job, reason: unknown): void {
    this.#queue.remove(job);
    if (this.#current?.job === job) this.#current.givesWay.abort(reason);
    job.reject(reason);
  }

  #on(noble: Noble): void {
    this.#noble = noble;
    this.#gone = new AbortController();
    this.#scanner.on(noble);
    void this.#work();
  }

  #off(sentence: string): void {
    this.#noble = undefined;
    this.#failed = 0;
    this.#scanner.off();
    this.#gone.abort(new TransportError("unreachable", sentence));
    for (const connection of [...this.#connections]) connection.over(sentence);
    this.#reject(sentence);
    this.sightings.beginAnew();
  }

  #reject(sentence: string): void {
    for (const job of this.#queue.all) this.#drop(job, new TransportError("unreachable", sentence));
  }

  #heard(peripheral: Peripheral): void {
    const beacon = this.sightings.note(peripheral);
    if (!beacon) return;
    this.#attend(peripheral);
    this.#scanner.heard();
    this.#library.thrives();
    const isIdle = !this.#isWorking && this.#queue.first === undefined && this.#connections.size === 0;
    if (this.#library.isFull && isIdle) this.#library.refresh();
    this.#parts.heard(beacon.lockId, beacon.flags);
  }

  /** Hears what the library says of this device's connections, once for all: it may speak of one that nobody waits for any more. */
  #attend(peripheral: Peripheral): void {
    if (this.#attended.has(peripheral)) return;
    this.#attended.add(peripheral);
    peripheral.on("disconnect", () => this.#connectionWith(peripheral)?.over());
    peripheral.on("connect", (error) => {
      const isAwaited = this.#current?.job.device.peripheral === peripheral || this.#connectionWith(peripheral);
      if (!error && !isAwaited) peripheral.disconnect();
    });
  }

  #connectionWith(peripheral: Peripheral): BleConnection | undefined {
    return [...this.#connections].find((connection) => connection.peripheral === peripheral);
  }

  /** Connects for whoever waits, one at a time, then listens on. */
  async #work(): Promise<void> {
    if (this.#isWorking) return;
    this.#isWorking = true;
    for (let job = this.#next(); job; job = this.#next()) {
      await this.#scanner.pause();
      await this.#connect(job);
    }
    this.#isWorking = false;
    void this.#scanner.resume();
  }

  /** The next job for which there is room; makes room if somebody may give way. */
  #next(): Job | undefined {
    const job = this.#queue.first;
    if (!job || !this.#noble) return undefined;
    if (hasRoom(this.#connections, job.urgency)) {
      this.#queue.remove(job);
      return job;
    }
    const { clock } = this.#parts;
    const victim = whoGivesWay(this.#connections, job.urgency, clock.monotonicMs());
    this.#lookAgain?.cancel();
    if (victim) void victim.close("it gave way to another lock");
    else this.#lookAgain = clock.schedule(GIVEN_UP_AFTER_MS, () => void this.#work());
    return undefined;
  }

  async #connect(job: Job): Promise<void> {
    const givesWay = new AbortController();
    this.#current = { job, givesWay };
    const lost = AbortSignal.any([givesWay.signal, this.#gone.signal]);
    const cancel = (peripheral: Peripheral) => this.#noble?.cancelConnect(peripheral.id);
    try {
      const within = { clock: this.#parts.clock, withinMs: CONNECT_WITHIN_MS[job.urgency], lost, cancel };
      const retries = await connectTo(job.device, within);
      this.#failed = 0;
      job.resolve({ connection: this.#keep(job), retries });
    } catch (error) {
      if (givesWay.signal.reason === GAVE_WAY) this.#queue.putBack(job);
      else {
        job.reject(error);
        if (!lost.aborted) this.#noteFailure(job);
      }
    } finally {
      this.#current = undefined;
    }
  }

  #keep({ lockId, device, urgency }: Job): BleConnection {
    const connection = new BleConnection(this.#parts.clock, lockId, device.peripheral, urgency, () => {
      this.#connections.delete(connection);
      void this.#work();
    });
    this.#connections.add(connection);
    return connection;
  }

  #noteFailure({ device }: Job): void {
    device.failures++;
    this.#failed++;
    if (this.#failed < FAILED_MAX || this.#connections.size > 0) return;
    this.#library.renew("it hears locks but connects to none");
  }
}

/** Why a connecting sync was interrupted: it goes on afterwards. */
const GAVE_WAY = new TransportError("busy", "it gave way to an unlock");
