import { nobleSuite } from "../../../crypto/noble.ts";
import type { Row } from "../row.ts";
import type { Exchange } from "../site/memory-air.ts";
import { MemorySite } from "../site/memory-site.ts";
import { spread } from "../statistics.ts";
import { sizeOf } from "../wire-size.ts";

const PAIRINGS_MAX = 10;
/** P1 to P4. */
const KEY_EXCHANGES = 2;

export const pairing: Row = {
  name: "pairing",
  how:
    "*PAIR* alone is P1 to P4. *In step* goes on until the lock has its first roster, its log has been fetched and its " +
    "signed head, and it has the receipt. The time is what gateway, disk and lock (@noble) need for all of it; a fresh " +
    "lock and a fresh gateway each time.",

  async measure(bench) {
    const timesMs: number[] = [];
    let exchanges: readonly Exchange[] = [];
    // The first one warms up.
    for (let i = 0; i <= Math.min(PAIRINGS_MAX, bench.effort.rounds); i++) {
      const site = await MemorySite.make(bench, nobleSuite);
      exchanges = site.pairing.exchanges;
      if (i > 0) timesMs.push(site.pairing.tookMs);
      await site.user.close();
    }
    return [
      ...sizeOf("pair", "PAIR", exchanges.slice(0, KEY_EXCHANGES)),
      ...sizeOf("inStep", "pairing until in step", exchanges),
      { id: "inStep.time", what: "pairing until in step, noble in the lock", unit: "ms", measured: spread(timesMs) },
    ];
  },
};
