import { nobleSuite } from "../../../crypto/noble.ts";
import { opensslSuite } from "../../../crypto/openssl.ts";
import type { Figure } from "../figure.ts";
import type { Row } from "../row.ts";
import { MemorySite } from "../site/memory-site.ts";
import { timed } from "../timed.ts";

export const unlocks: Row = {
  name: "unlocks",
  how:
    "Unlocks, each by a signed order, of one emulated lock in the same process, one after the other: what both sides " +
    "compute and write, the gateway's commit before a resumption included (`synchronous=FULL`). The way takes no time, " +
    "nor does the bolt. With @noble the lock computes as it does in the emulator, with OpenSSL as fast as the machine can.",

  async measure(bench) {
    const figures: Figure[] = [];
    for (const suite of [nobleSuite, opensslSuite]) {
      const site = await MemorySite.make(bench, suite);
      const found = [
        { id: "open", what: "on an open session", before: () => site.pause() },
        { id: "resumed", what: "resumed", before: () => site.loseConnection() },
        { id: "cold", what: "cold", before: () => site.loseSession() },
      ];
      for (const { id, what, before } of found) {
        const task = {
          id: `${suite.name}.${id}`,
          what: `unlock ${what}, ${suite.name} in the lock`,
          before: async () => {
            await site.user.askStatus();
            await before();
          },
          work: () => site.user.unlock(),
        };
        figures.push(...(await timed(bench, task)));
      }
      await site.user.close();
    }
    return figures;
  },
};
