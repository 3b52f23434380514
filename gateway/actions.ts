import assert from "node:assert/strict";
import type { Suite } from "../crypto/suite.ts";
import { type Clock, delay } from "../protocol/clock.ts";
import { Action, parseOrder } from "../protocol/documents/order.ts";
import { equalBytes } from "../protocol/wire/bytes.ts";
import { Reason } from "../protocol/wire/reason.ts";
import { outcomeOf, readLogAfter, traceOf } from "./act-outcome.ts";
import type { ActionService, ActName, ActOutcome, ChallengeAnswer } from "./api/services.ts";
import type { Operator } from "./issuer/issuer.ts";
import { carryUnpair } from "./link/carry-unpair.ts";
import { describeTrouble } from "./link/link-trouble.ts";
import { LockDisagrees } from "./link/lock-disagrees.ts";
import type { LockLinks } from "./link/lock-links.ts";
import type { LockSession } from "./link/lock-session.ts";
import type { Log } from "./log.ts";
import type { Observer, UnlockStep } from "./metrics/observer.ts";
import {
  type DidNothing,
  makeOrder,
  type NotSent,
  outcomeOfCarrying,
  outcomeOfReply,
  type SentOrder,
  send,
} from "./sent-order.ts";
import type { LockStore } from "./store/lock-store.ts";

/** How long a lock that does not answer is tried before a person is told so: it may just be coming back. */
const REACH_FOR_MS = 8_000;
/** How long a person waits for the outcome when the reply was lost. */
const LOOK_FOR_MS = 30_000;
const TRY_EVERY_MS = 1_000;
/** Orders for one request; the next is only made when the one before has certainly done nothing and never will. */
const ORDERS_MAX = 3;

const ACTIONS: Record<ActName, Action> = {
  unlock: Action.unlock,
  lock: Action.lock,
  hold: Action.hold,
  "end-hold": Action.endHold,
};
const NO_OPERATOR = "The gateway has no key that opens: have the order signed, and send it to …/orders.";

export interface ActionsParts {
  suite: Suite;
  clock: Clock;
  log: Log;
  observer: Observer;
  /** Undefined where the issuer is elsewhere: then orders are only carried. */
  operator: Operator | undefined;
  links: LockLinks;
  locks: Pick<LockStore, "slot">;
  /** The lock's log has grown. */
  acted: (lockId: string) => void;
}

/**
 * Orders by the operator's key (protocol.md §7, §8). An order works at most once, whatever happens to its reply: if that
 * is lost, the same S1 again or the lock's log tells what became of it before anything is said or tried anew.
 */
export class Actions implements ActionService {
  readonly #parts: ActionsParts;

  constructor(parts: ActionsParts) {
    this.#parts = parts;
  }

  async act(lockId: string, name: ActName): Promise<ActOutcome> {
    const { clock, log, observer, operator, acted } = this.#parts;
    if (!operator) return { kind: "unreachable", message: NO_OPERATOR };
    const beganAtMs = clock.monotonicMs();
    try {
      const outcome = await this.#act(lockId, operator, ACTIONS[name]);
      observer.orderEnded(outcome.kind, clock.monotonicMs() - beganAtMs);
      log.info({ lockId, action: name, ...outcome }, `Order to ${name}: ${outcome.kind}.`);
      return outcome;
    } finally {
      acted(lockId);
    }
  }

  /** Has the lock decide on an order that somebody else has signed. Nothing of it can be made anew, so it is sent once. */
  async carry(lockId: string, document: Uint8Array, grant?: Uint8Array): Promise<ActOutcome> {
    const { suite, links, acted, log } = this.#parts;
    const order = parseOrder(suite, document);
    if (!order.ok) return { kind: "refused", reason: order.reason };
    const { action, challenge, grantId } = order.value.claims;
    try {
      if (action === Action.unpair) return await carryUnpair(links.of(lockId), document);
      const attempt = await this.#attempt(lockId, async (session) => {
        const { logEnd } = session.word.whole ?? {};
        assert(logEnd, "an act is prepared first");
        return { action, document, challenge, grant: grant ?? grantId, logEnd, resumeTag: undefined };
      });
      const outcome = outcomeOfCarrying(attempt);
      log.info({ lockId, ...outcome }, `An order was carried to the lock: ${outcome.kind}.`);
      const next = links.of(lockId).challenge?.value;
      const isAnswered = outcome.kind === "done" || outcome.kind === "refused";
      return isAnswered && next ? { ...outcome, challenge: next } : outcome;
    } finally {
      acted(lockId);
    }
  }

  async challenge(lockId: string): Promise<ChallengeAnswer> {
    const { links, locks } = this.#parts;
    const link = links.of(lockId);
    try {
      await link.run("unlock", (session) => session.refresh());
    } catch (error) {
      return { kind: "unreachable", message: sentenceOf(error) };
    }
    const slot = locks.slot(lockId)?.slot;
    const heard = link.challenge;
    if (slot === undefined || !heard) return { kind: "unreachable", message: "The lock does not say." };
    return { kind: "known", slot, challenge: heard.value, atMs: heard.atMs };
  }

  async #act(lockId: string, operator: Operator, action: Action): Promise<ActOutcome> {
    const { clock } = this.#parts;
    const reachUntilMs = clock.monotonicMs() + REACH_FOR_MS;
    let trouble = "";
    for (let orders = 0; orders < ORDERS_MAX; ) {
      const attempt = await this.#attempt(lockId, (session) => makeOrder(session, operator, lockId, action));
      if (attempt.kind === "not-sent") {
        if (clock.monotonicMs() >= reachUntilMs) return { kind: "unreachable", message: attempt.trouble };
        await delay(clock, TRY_EVERY_MS);
        continue;
      }
      if (attempt.kind !== "did-nothing") return attempt;
      trouble = attempt.trouble;
      orders++;
    }
    return { kind: "unreachable", message: `The lock did nothing: the order did not get through. ${trouble}` };
  }

  async #attempt(
    lockId: string,
    order: (session: LockSession) => Promise<SentOrder>,
  ): Promise<ActOutcome | DidNothing | NotSent> {
    let sent: SentOrder | undefined;
    try {
      return await this.#parts.links.of(lockId).run("unlock", async (session) => {
        await this.#timed("session", () => session.prepare());
        sent = await this.#timed("act", () => order(session));
        const outcome = outcomeOfReply(await this.#timed("bolt", () => send(session, sent!)));
        if (outcome.kind === "did-nothing") await session.refresh();
        return outcome;
      });
    } catch (error) {
      const trouble = sentenceOf(error);
      return sent ? this.#lookFor(lockId, sent, trouble) : { kind: "not-sent", trouble };
    }
  }

  /** The reply was lost: asks the lock until it tells, or time is over. */
  async #lookFor(lockId: string, sent: SentOrder, firstTrouble: string): Promise<ActOutcome | DidNothing> {
    const { clock, links } = this.#parts;
    const untilMs = clock.monotonicMs() + LOOK_FOR_MS;
    let trouble = firstTrouble;
    while (clock.monotonicMs() < untilMs) {
      try {
        const found = await links.of(lockId).run("unlock", (session) => this.#look(session, sent, firstTrouble));
        if (found) return found;
      } catch (error) {
        trouble = sentenceOf(error);
      }
      await delay(clock, TRY_EVERY_MS);
    }
    const message = `Whether the lock carried the order out is not known yet; its log will tell. ${trouble}`;
    return { kind: "unknown", message };
  }

  /** What became of the order; undefined while the bolt is on its way. */
  async #look(session: LockSession, sent: SentOrder, trouble: string): Promise<ActOutcome | DidNothing | undefined> {
    const repeated = sent.resumeTag && (await session.repeatAct(sent.resumeTag));
    const answered = repeated && outcomeOfReply(repeated);
    // That its challenge is stale may mean that the first S1 was executed so long ago that its record has gone: look.
    if (answered && answered.kind !== "did-nothing") return answered;
    // The challenge before the log: if it is another one by now, the log shows the order or it never comes to anything.
    await session.refresh();
    const { whole } = session.word;
    if (!whole) throw new LockDisagrees("the lock does not tell how it is");
    const { challenge, flags } = whole;
    const records = await readLogAfter(this.#parts.suite, session, sent.logEnd);
    const trace = traceOf(records, sent.action, [sent.challenge, ...(sent.resumeTag ? [sent.resumeTag] : [])]);
    switch (trace.kind) {
      case "acting":
        return undefined;
      case "ended":
        return trace.result === Reason.done ? { kind: "done", flags, seq: trace.seq } : outcomeOf(trace.result);
      case "absent": {
        if (!equalBytes(challenge, sent.challenge)) return { kind: "did-nothing", trouble };
        // The same order again can not work twice. If it is stale by now, the first one has arrived after all: look again.
        const outcome = outcomeOfReply(await send(session, sent));
        return outcome.kind === "did-nothing" ? undefined : outcome;
      }
    }
  }

  async #timed<T>(step: UnlockStep, work: () => Promise<T>): Promise<T> {
    const { clock, observer } = this.#parts;
    const beganAtMs = clock.monotonicMs();
    const result = await work();
    observer.unlockStepTook(step, clock.monotonicMs() - beganAtMs);
    return result;
  }
}

/** Rethrows what is our own mistake. */
function sentenceOf(error: unknown): string {
  const sentence = describeTrouble(error);
  if (sentence === undefined) throw error;
  return sentence;
}
