import type { ActOutcome } from "../api/services.ts";
import { describeTrouble } from "./link-trouble.ts";
import type { LockLink } from "./lock-link.ts";

/** Has a lock forget the slot that the issuer's order names (UNPAIR, protocol.md §6). What was lost on the way only its log can tell. */
export async function carryUnpair(link: LockLink, order: Uint8Array): Promise<ActOutcome> {
  let isSent = false;
  try {
    return await link.run("unlock", async (session) => {
      await session.prepare();
      isSent = true;
      const response = await session.command({ name: "unpair", order });
      if (!response.ok) return { kind: "refused", reason: response.refusal.reason };
      const { flags = 0, logEnd } = session.word.whole ?? {};
      return { kind: "done", flags, seq: logEnd?.seq ?? 0 };
    });
  } catch (error) {
    const message = describeTrouble(error);
    if (message === undefined) throw error;
    return { kind: isSent ? "unknown" : "unreachable", message };
  }
}
