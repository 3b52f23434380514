import type { BackendAnswer, LogPlace } from "../../gateway/uplink/backend-answer.ts";
import type { Lane } from "../../gateway/uplink/uplink.ts";
import type { Random } from "../../protocol/random.ts";
import { fromHex, toHex } from "../../protocol/wire/bytes.ts";
import { LOG_HEAD_NONCE_BYTES } from "../../protocol/wire/commands.ts";
import type { BackendIssuer } from "./backend-issuer.ts";
import type { EventStore, Taken } from "./event-store.ts";
import { idOf } from "./lock-event.ts";

const ALARMS_MAX = 1000;

export interface BackendParts {
  store: EventStore;
  random: Random;
  /** Where the rights are made here too: then the locks get receipts that their issuer has signed (protocol.md §7). */
  issuer?: Pick<BackendIssuer, "signReceipt">;
}

/**
 * What a backend does with events, whichever uplink brings them (docs/events.md). A receiver hands in each batch, or message,
 * as JSON, and sends back the answer: in the response over HTTP, on the reply topic or subject over the others.
 */
export class Backend {
  readonly #parts: BackendParts;
  /** By lock, the nonces over which no head has come yet. */
  readonly #wanted = new Map<string, Set<string>>();
  /** By lock and generation, what was lost here and has not begun to come again. */
  readonly #rewinds = new Map<string, LogPlace>();
  readonly #alarms: unknown[] = [];

  constructor(parts: BackendParts) {
    this.#parts = parts;
  }

  get store(): EventStore {
    return this.#parts.store;
  }

  /** Alarms that came ahead of their turn and have not been verified, the newest last. */
  get alarms(): readonly unknown[] {
    return this.#alarms;
  }

  /** What `receive` says, and what the issuer has to sign for it. */
  async answer(batch: readonly unknown[], lane: Lane = "ordinary"): Promise<BackendAnswer> {
    const answer = this.receive(batch, lane);
    const lockReceipts = await this.#lockReceipts(answer.durableThrough ?? []);
    return { ...answer, ...(lockReceipts.length > 0 && { lockReceipts }) };
  }

  /** Events of one lock or of many, in order for each. All that the answer claims is on the disk. */
  receive(batch: readonly unknown[], lane: Lane = "ordinary"): BackendAnswer {
    if (lane === "alarm") return this.#takeAlarms(batch);
    const taken = this.#parts.store.take(batch);
    for (const one of taken) this.#noteRewind(one);
    const results = taken.map(({ result }) => result);
    const lockIds = new Set(taken.flatMap(({ event }) => event?.lockId ?? []));
    return { results, durableThrough: this.#durable(taken), ...this.pending(lockIds) };
  }

  /** What is asked of these locks' gateway, in an answer or unasked; repeated until it is done, since answers may be lost. */
  pending(lockIds: Iterable<string>): Pick<BackendAnswer, "rewind" | "headsWanted"> {
    const ids = [...lockIds];
    const rewind = [...this.#rewinds.values()].filter(({ lockId }) => ids.includes(lockId));
    const headsWanted = ids.flatMap((lockId) =>
      this.#unanswered(lockId).map((nonce) => ({ lockId, nonce: fromHex(nonce) })),
    );
    return { ...(rewind.length > 0 && { rewind }), ...(headsWanted.length > 0 && { headsWanted }) };
  }

  /** Has the lock sign its log's head over a fresh nonce, which is returned in hex; the head comes as an event. */
  wantHead(lockId: string): string {
    const nonce = toHex(this.#parts.random.bytes(LOG_HEAD_NONCE_BYTES));
    const nonces = this.#wanted.get(lockId) ?? new Set();
    this.#wanted.set(lockId, nonces.add(nonce));
    return nonce;
  }

  /** As after a disaster: drops what follows this record and asks for it again. */
  loseAfter(place: LogPlace): void {
    this.#parts.store.forgetAfter(place);
    this.#rewinds.set(logOf(place), place);
  }

  /** They come again in their order, and are verified and stored then. */
  #takeAlarms(batch: readonly unknown[]): BackendAnswer {
    this.#alarms.push(...batch);
    this.#alarms.splice(0, this.#alarms.length - ALARMS_MAX);
    return { results: batch.map((json) => ({ id: idOf(json), outcome: "accepted" })) };
  }

  /** An event that comes too early shows that what stood before it is not here any more. */
  #noteRewind({ event, result }: Taken): void {
    if (!event) return;
    const { lockId, generation } = event;
    const seq = this.#parts.store.lock(lockId)?.durableThrough(generation) ?? 0;
    if (result.code === "too-early") this.#rewinds.set(logOf(event), { lockId, generation, seq });
    else if (result.outcome === "accepted") this.#rewinds.delete(logOf(event));
  }

  #durable(taken: readonly Taken[]): LogPlace[] {
    const logs = new Map(taken.flatMap(({ event }) => (event ? [[logOf(event), event] as const] : [])));
    return [...logs.values()].flatMap(({ lockId, generation }) => {
      const seq = this.#parts.store.lock(lockId)?.durableThrough(generation);
      return seq === undefined ? [] : [{ lockId, generation, seq }];
    });
  }

  async #lockReceipts(durable: readonly LogPlace[]): Promise<Uint8Array[]> {
    const { store, issuer } = this.#parts;
    const receipts: Uint8Array[] = [];
    for (const { lockId, generation, seq } of issuer ? durable : []) {
      const head = store.lock(lockId)?.hashAt(generation, seq);
      if (issuer && head) receipts.push(await issuer.signReceipt({ lockId: fromHex(lockId), generation, seq, head }));
    }
    return receipts;
  }

  #unanswered(lockId: string): string[] {
    const wanted = this.#wanted.get(lockId);
    if (!wanted) return [];
    for (const { nonce } of this.#parts.store.lock(lockId)?.askedHeads() ?? []) wanted.delete(nonce);
    return [...wanted];
  }
}

function logOf({ lockId, generation }: { lockId: string; generation: number }): string {
  return `${lockId}-${generation}`;
}
