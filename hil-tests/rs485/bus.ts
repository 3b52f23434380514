import type { Clock, Timer } from "../../protocol/clock.ts";
import type { SeededRandom } from "../../protocol/testing/seeded-random.ts";

/** A start bit, eight of data, a stop bit. */
const BITS_PER_BYTE = 10;

/** What the line does to one byte in `oneIn`, by chance: noise makes another byte of it, a drop leaves none. */
export type LineFault = { kind: "none" } | { kind: "noise"; oneIn: number } | { kind: "drop"; oneIn: number };

/** What a station may do on the bus it has joined. */
export interface Station {
  /** Puts the bytes behind those that it is still sending; the first goes out at once if there are none. */
  transmit(bytes: Uint8Array): void;
  /** A driver that is stuck holds the line: it says nothing and spoils what others say. */
  setStuck(isStuck: boolean): void;
  /** Nothing is heard of it or by it from now on. */
  leave(): void;
}

interface Member {
  readonly hear: (byte: number) => void;
  readonly toSend: number[];
  sending: ByteOnLine | undefined;
  /** When its last byte had left, as the clock's monotonic time. */
  silentSinceMs: number;
  isStuck: boolean;
}

interface ByteOnLine {
  readonly byte: number;
  readonly startMs: number;
  readonly endMs: number;
  isSpoiled: boolean;
}

/**
 * An RS-485 pair, byte by byte and without I/O: all hear all, each byte takes ten bit times, and bytes of two stations
 * that overlap spoil each other. Chance comes from the seed alone, so a run can be replayed.
 *
 * Half duplex: a station hears nothing while it sends, itself least of all. Most adapters switch their receiver off
 * with the driver on.
 */
export class Bus {
  readonly #clock: Clock;
  readonly #random: SeededRandom;
  readonly #byteMs: number;
  readonly #members = new Set<Member>();
  #fault: LineFault = { kind: "none" };
  #timer: Timer | undefined;

  constructor(clock: Clock, random: SeededRandom, baud: number) {
    this.#clock = clock;
    this.#random = random;
    this.#byteMs = (BITS_PER_BYTE * 1_000) / baud;
  }

  /** `hear` gets every byte of the others as it ends on the line. */
  join(hear: (byte: number) => void): Station {
    const member: Member = {
      hear,
      toSend: [],
      sending: undefined,
      silentSinceMs: Number.NEGATIVE_INFINITY,
      isStuck: false,
    };
    this.#members.add(member);
    return {
      transmit: (bytes) => this.#transmit(member, bytes),
      setStuck: (isStuck) => this.#setStuck(member, isStuck),
      leave: () => this.#members.delete(member),
    };
  }

  /** For the bytes that end from now on. */
  setFault(fault: LineFault): void {
    this.#fault = fault;
  }

  #transmit(member: Member, bytes: Uint8Array): void {
    member.toSend.push(...bytes);
    if (!member.sending) this.#startNext(member, this.#clock.monotonicMs());
    this.#wakeForNext();
  }

  #setStuck(member: Member, isStuck: boolean): void {
    member.isStuck = isStuck;
    for (const { sending } of this.#others(member)) if (sending && isStuck) sending.isSpoiled = true;
  }

  #startNext(member: Member, startMs: number): void {
    const byte = member.toSend.shift();
    if (byte === undefined) return;
    const own: ByteOnLine = { byte, startMs, endMs: startMs + this.#byteMs, isSpoiled: false };
    member.sending = own;
    for (const { sending, isStuck } of this.#others(member)) {
      if (isStuck) own.isSpoiled = true;
      if (!sending || !overlap(own, sending)) continue;
      own.isSpoiled = true;
      sending.isSpoiled = true;
    }
  }

  #wakeForNext(): void {
    const next = this.#nextToEnd();
    if (!next || this.#timer) return;
    const { endMs } = next.sending;
    this.#timer = this.#clock.schedule(endMs - this.#clock.monotonicMs(), () => {
      this.#timer = undefined;
      // A timer of the machine may come a moment too soon, and so late that many bytes have ended.
      this.#endBytes(Math.max(endMs, this.#clock.monotonicMs()));
      this.#wakeForNext();
    });
  }

  /** Ends what was to end up to then, in the order of the line however late it is. */
  #endBytes(untilMs: number): void {
    for (let next = this.#nextToEnd(); next && next.sending.endMs <= untilMs; next = this.#nextToEnd()) {
      this.#end(next.member, next.sending);
    }
  }

  #nextToEnd(): { member: Member; sending: ByteOnLine } | undefined {
    let next: { member: Member; sending: ByteOnLine } | undefined;
    for (const member of this.#members) {
      const { sending } = member;
      if (sending && (!next || sending.endMs < next.sending.endMs)) next = { member, sending };
    }
    return next;
  }

  #end(member: Member, ended: ByteOnLine): void {
    member.sending = undefined;
    member.silentSinceMs = ended.endMs;
    this.#startNext(member, ended.endMs);
    const heard = this.#asHeard(ended);
    if (heard === undefined) return;
    for (const listener of this.#others(member)) if (wasListening(listener, ended)) listener.hear(heard);
  }

  /** Undefined if nobody hears anything. */
  #asHeard({ byte, isSpoiled }: ByteOnLine): number | undefined {
    const fault = this.#fault;
    const isStruck = fault.kind !== "none" && this.#random.below(fault.oneIn) === 0;
    if (isStruck && fault.kind === "drop") return undefined;
    return isStruck || isSpoiled ? this.#anotherThan(byte) : byte;
  }

  #anotherThan(byte: number): number {
    return (byte + 1 + this.#random.below(255)) % 256;
  }

  #others(member: Member): Member[] {
    return [...this.#members].filter((other) => other !== member);
  }
}

function overlap(a: ByteOnLine, b: ByteOnLine): boolean {
  return a.startMs < b.endMs && b.startMs < a.endMs;
}

/** Whether it kept silent from the byte's first bit to its last. */
function wasListening({ sending, silentSinceMs, isStuck }: Member, heard: ByteOnLine): boolean {
  return !isStuck && silentSinceMs <= heard.startMs && !(sending && overlap(sending, heard));
}
