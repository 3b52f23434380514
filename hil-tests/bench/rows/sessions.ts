import { nobleSuite } from "../../../crypto/noble.ts";
import { opensslSuite } from "../../../crypto/openssl.ts";
import type { Figure } from "../figure.ts";
import type { Row } from "../row.ts";
import { MemorySite } from "../site/memory-site.ts";
import { timed } from "../timed.ts";

export const sessions: Row = {
  name: "sessions",
  how:
    "New sessions with one emulated lock in the same process, one after the other, each up to the answer to its first " +
    "command (STATUS): only that proves the gateway to the lock. As in `unlocks`, the way takes no time.",

  async measure(bench) {
    const figures: Figure[] = [];
    for (const suite of [nobleSuite, opensslSuite]) {
      const site = await MemorySite.make(bench, suite);
      const found = [
        { id: "resumed", what: "RESUME", before: () => site.loseConnection() },
        { id: "full", what: "OPEN", before: () => site.loseSession() },
      ];
      for (const { id, what, before } of found) {
        const task = {
          id: `${suite.name}.${id}`,
          what: `${what} and STATUS, ${suite.name} in the lock`,
          before,
          work: () => site.user.askStatus(),
        };
        figures.push(...(await timed(bench, task)));
      }
      await site.user.close();
    }
    return figures;
  },
};
