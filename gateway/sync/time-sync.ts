import { fromHex } from "../../protocol/wire/bytes.ts";
import { Flag } from "../../protocol/wire/responses.ts";
import type { Issuer } from "../issuer/issuer.ts";
import { granted } from "../link/lock-disagrees.ts";
import type { Talk } from "./talk.ts";

/** Gives a lock that has lost its clock the issuer's word for the time (TIME, protocol.md §7). `time` in seconds since 1970. */
export async function mendClock(talk: Talk, issuer: Issuer, lockId: string, time: number): Promise<void> {
  await talk(async (session) => {
    const token = await issuer.signTimeToken({ lockId: fromHex(lockId), challenge: session.challenge, time });
    granted("the time", await session.command({ name: "time", token }));
  });
}

export function isTimeUncertain(flags: number): boolean {
  return (flags & Flag.timeUncertain) !== 0;
}
