import { type Clock, delay } from "../../protocol/clock.ts";
import type { Random } from "../../protocol/random.ts";
import { RefusedByPeer } from "../../protocol/wire/expect-message.ts";
import { Err } from "../../protocol/wire/messages.ts";
import { Backoff } from "./backoff.ts";
import { describeTrouble } from "./link-trouble.ts";
import type { LockLink } from "./lock-link.ts";

/** How long a lock whose P4 did not come is asked by OPEN whether it took the pairing. */
const PROVE_WITHIN_MS = 60_000;
const RETRY = { firstMs: 500, maxMs: 5_000 };
/** ERR can come from anybody, so the lock must say more than once that it knows no such slot. */
const NO_SLOT_ANSWERS = 3;

export type Proof = { kind: "proved" } | { kind: "no-slot" } | { kind: "no-answer"; trouble: string };

/** Begins a session under a new PMK, and gives a command in it: what ends *pending* at the lock (protocol.md §2). */
export async function proveSlot(
  link: LockLink,
  { clock, random, closing }: { clock: Clock; random: Random; closing: AbortSignal },
): Promise<Proof> {
  const backoff = new Backoff(random, RETRY);
  const untilMs = clock.monotonicMs() + PROVE_WITHIN_MS;
  for (let noSlotAnswers = 0; ; ) {
    try {
      await link.run("unlock", (session) => session.command({ name: "status" }));
      return { kind: "proved" };
    } catch (error) {
      const trouble = describeTrouble(error);
      if (trouble === undefined) throw error;
      if (error instanceof RefusedByPeer && error.err === Err.noSuchSlot) noSlotAnswers++;
      if (noSlotAnswers >= NO_SLOT_ANSWERS) return { kind: "no-slot" };
      if (clock.monotonicMs() >= untilMs) return { kind: "no-answer", trouble };
    }
    await delay(clock, backoff.nextMs(), closing);
  }
}
