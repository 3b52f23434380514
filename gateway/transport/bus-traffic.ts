import type { Clock } from "../../protocol/clock.ts";
import { concat, equalBytes } from "../../protocol/wire/bytes.ts";
import { encodeSerialFrame, SerialFrameDecoder } from "../../protocol/wire/serial-frame.ts";
import { isRequest, ReplyFilter } from "./reply-filter.ts";

/** Ends what noise, or a lock that died in the middle of a word, has left in the receivers. */
const DELIMITER = Uint8Array.of(0);
/** How long a master that was heard counts as present. */
const OTHER_MASTER_STAYS_MS = 60_000;

interface Request {
  address: number;
  frame: Uint8Array;
}

/** What passes on a bus, as its master hears it: which frame answers, who is silent, who does not belong there. */
export class BusTraffic {
  readonly #clock: Clock;
  readonly #filters = new Map<number, ReplyFilter>();
  readonly #silent = new Set<number>();
  #decoder = new SerialFrameDecoder();
  #awaiting: Request | undefined;
  #lastSent: Uint8Array | undefined;
  #isLineClean = true;
  #otherMasterAtMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Bytes that put the request on the line, for the first time or again; what answers it is waited for from now on. */
  send(request: Request): Uint8Array {
    // What is half received by now can be no answer to a request that has not been sent.
    if (request !== this.#awaiting) this.#decoder = new SerialFrameDecoder();
    this.#awaiting = request;
    this.#lastSent = request.frame;
    const bytes = encodeSerialFrame(request.address, request.frame);
    const isLineClean = this.#isLineClean;
    this.#isLineClean = false;
    return isLineClean ? bytes : concat(DELIMITER, bytes);
  }

  /** The answer that was waited for, once these bytes make it whole. */
  hear(bytes: Uint8Array): Uint8Array | undefined {
    let answer: Uint8Array | undefined;
    for (const { address, frame } of this.#decoder.push(bytes)) {
      if (isRequest(frame)) this.#hearRequest(frame);
      else if (this.#hearReply(address, frame)) answer = frame;
    }
    return answer;
  }

  /** Nothing answers any more: whatever comes now is too late. */
  stopWaiting(): void {
    this.#awaiting = undefined;
  }

  noteSilence(address: number): void {
    this.#silent.add(address);
  }

  /** Whether the address has said nothing since a request to it timed out. */
  isSilent(address: number): boolean {
    return this.#silent.has(address);
  }

  /** Whether another master was heard lately: there may be one only (protocol.md §10). */
  get hasOtherMaster(): boolean {
    return this.#clock.monotonicMs() - this.#otherMasterAtMs < OTHER_MASTER_STAYS_MS;
  }

  /** Ours, from an adapter that hears itself, or another's. */
  #hearRequest(frame: Uint8Array): void {
    const isOurs = this.#lastSent !== undefined && equalBytes(this.#lastSent, frame);
    if (!isOurs) this.#otherMasterAtMs = this.#clock.monotonicMs();
  }

  #hearReply(address: number, frame: Uint8Array): boolean {
    // However late it is, there is a lock.
    this.#silent.delete(address);
    const request = this.#awaiting;
    if (address !== request?.address || !this.#filterOf(address).accepts(request.frame, frame)) return false;
    this.#isLineClean = true;
    this.stopWaiting();
    return true;
  }

  #filterOf(address: number): ReplyFilter {
    let filter = this.#filters.get(address);
    if (!filter) {
      filter = new ReplyFilter();
      this.#filters.set(address, filter);
    }
    return filter;
  }
}
