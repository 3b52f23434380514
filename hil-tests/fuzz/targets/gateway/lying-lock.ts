import assert from "node:assert/strict";
import type { FakeLock } from "../../../../gateway/testing/fake-lock.ts";
import { type Channel, type Transport, TransportError } from "../../../../gateway/transport/channel.ts";
import type { Clock } from "../../../../protocol/clock.ts";
import { type Cbor, decodeCbor, encodeCbor } from "../../../../protocol/wire/cbor.ts";
import type { Script } from "../script.ts";

const ON_THE_WAY_MS = 1;
const EDGES = [0, 1, 0x7fffffff, 0xffffffff];
/** What a script's exchanges stand for; a lock that makes the gateway ask more than this holds it for ever. */
const EXCHANGES_MAX = 3_000;

/** A way to one lock on which a script decides what becomes of each exchange, and what the lock itself says. */
export class LyingWay implements Transport {
  readonly #lock: FakeLock;
  readonly #clock: Clock;
  script: Script | undefined;
  /** Whether the lock, under its own keys, has said something that is not so. */
  hasLied = false;
  #replies: Uint8Array[] = [];
  #exchanges = 0;

  constructor(lock: FakeLock, clock: Clock) {
    this.#lock = lock;
    this.#clock = clock;
  }

  async open(): Promise<Channel> {
    if (this.script && !this.script.isOver && this.script.byte() === 0xee) {
      throw new TransportError("unreachable", "nothing there");
    }
    const closed = new AbortController();
    return {
      closed: closed.signal,
      close: async () => closed.abort(),
      request: (frame, { deadlineMs }) => this.#exchange(frame, deadlineMs),
    };
  }

  async close(): Promise<void> {}

  #exchange(frame: Uint8Array, deadlineMs: number): Promise<Uint8Array> {
    this.#exchanges++;
    assert(this.#exchanges <= EXCHANGES_MAX, "the gateway asks without end");
    const reply = this.#replyTo(frame);
    if (reply) this.#replies.push(reply);
    return new Promise((resolve, reject) => {
      this.#clock.schedule(reply ? ON_THE_WAY_MS : deadlineMs, () => {
        if (reply) resolve(reply);
        else reject(new TransportError("timeout", "no answer"));
      });
    });
  }

  #replyTo(frame: Uint8Array): Uint8Array | undefined {
    const { script } = this;
    const lock = this.#lock;
    lock.alterResponse = (response) => response;
    lock.capsLies = {};
    if (!script || script.isOver) return lock.receive(frame);
    switch (script.byte() % 12) {
      case 0:
        return undefined;
      case 1:
        lock.receive(frame);
        return undefined;
      case 2:
        return script.piece();
      case 3:
        return Uint8Array.of(0x1f, script.byte());
      case 4:
        return this.#replies.at(-1 - script.byte());
      case 5: {
        const reply = lock.receive(frame);
        const at = reply && script.byte() % reply.length;
        return at === undefined ? undefined : reply!.with(at, reply![at]! ^ (1 << (script.byte() & 7)));
      }
      case 6:
        this.#lie((response) => changedSomewhere(response, script));
        return lock.receive(frame);
      case 7: {
        const bytes = script.piece();
        this.#lie(() => bytes);
        return lock.receive(frame);
      }
      case 8:
        this.hasLied = true;
        lock.capsLies = { [script.pick(["epoch", "n", "seq", "time", "flags", "generation"])]: numberFrom(script) };
        return lock.receive(frame);
      case 9:
        lock.reboot();
        return lock.receive(frame);
      default:
        return lock.receive(frame);
    }
  }

  #lie(alter: (response: Uint8Array) => Uint8Array): void {
    this.hasLied = true;
    this.#lock.alterResponse = alter;
  }
}

/** The response with one of its elements replaced: still what a gateway can read, unless it is of another form there. */
function changedSomewhere(response: Uint8Array, script: Script): Uint8Array {
  const elements = decodeCbor(response) as Cbor[];
  const at = script.byte() % (elements.length + 1);
  const element: Cbor = script.byte() % 2 === 0 ? numberFrom(script) : script.piece();
  return encodeCbor(elements.with(Math.min(at, elements.length - 1), element));
}

function numberFrom(script: Script): number {
  const choice = script.byte();
  return choice < 128 ? EDGES[choice % EDGES.length]! : script.byte();
}
