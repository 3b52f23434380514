import type { Secret } from "../../crypto/secret.ts";
import type { Suite } from "../../crypto/suite.ts";
import type { Label } from "../../protocol/documents/label.ts";
import type { Random } from "../../protocol/random.ts";
import { readP2, readP4, startPair, writeP3 } from "../../protocol/session/pair.ts";
import type { LockInfo, SiteInfo } from "../../protocol/session/pair-contents.ts";
import type { Channel } from "../transport/channel.ts";

/** A lock answers at once, on a slow bus after some hundred milliseconds of DH. */
const ANSWER_WITHIN_MS = 5_000;
const REQUEST = { deadlineMs: ANSWER_WITHIN_MS, urgency: "unlock" } as const;

export interface KeyExchange {
  suite: Suite;
  random: Random;
  channel: Channel;
  label: Label;
  site: SiteInfo;
  /** Makes what the lock told and the new PMK durable; P3 is not sent before (protocol.md §2). */
  commit: (lockInfo: LockInfo, pmk: Secret) => Promise<void>;
}

/**
 * P1 to P4 on a channel to a lock in pairing mode.
 *
 * Throws TransportError or ProtocolError up to and including P2: nothing has changed then, at the lock or here. Later
 * trouble is returned, since only OPEN tells whether the lock has taken the pairing.
 */
export async function exchangeKeys(exchange: KeyExchange): Promise<{ trouble?: unknown }> {
  const { suite, random, channel, label, site, commit } = exchange;
  const asked = startPair(suite, random, label);
  const known = readP2(suite, asked.state, await channel.request(asked.p1, REQUEST));
  await commit(known.lockInfo, known.pmk);
  known.pmk.wipe();
  const told = writeP3(suite, known, site);
  try {
    readP4(suite, told.state, await channel.request(told.p3, REQUEST));
    return {};
  } catch (trouble) {
    return { trouble };
  }
}
