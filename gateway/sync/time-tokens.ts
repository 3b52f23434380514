import { fromHex } from "../../protocol/wire/bytes.ts";
import type { Issuer } from "../issuer/issuer.ts";
import type { SiteTime } from "./site-time.ts";

/** Where the tokens come from that set a lock's clock (protocol.md §7). */
export interface TimeTokens {
  /** One over this challenge of the lock's, 8 bytes; undefined while there is none. It is asked for in a session, so it never waits for anybody far away. */
  tokenFor(lockId: string, challenge: Uint8Array): Promise<Uint8Array | undefined>;
}

/** Signed here, with the gateway's own time. */
export function localTimeTokens(issuer: Issuer, siteTime: SiteTime): TimeTokens {
  return {
    async tokenFor(lockId, challenge) {
      const time = siteTime.now();
      if (time === undefined) return undefined;
      return issuer.signTimeToken({ lockId: fromHex(lockId), challenge, time });
    },
  };
}
