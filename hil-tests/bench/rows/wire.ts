import { opensslSuite } from "../../../crypto/openssl.ts";
import type { Row } from "../row.ts";
import type { Exchange } from "../site/memory-air.ts";
import { MemorySite } from "../site/memory-site.ts";
import { sizeOf } from "../wire-size.ts";

export const wire: Row = {
  name: "wire",
  how:
    "What passes between the gateway and the emulated lock until an unlock is answered: counted from the real frames of a real " +
    "exchange, the grant in the lock's table. *Cold*: nothing is left of earlier sessions. *Resumed*: the connection has ended since the last one. " +
    "On a serial line each frame has an address, a checksum and COBS around it.",

  async measure(bench) {
    const site = await MemorySite.make(bench, opensslSuite);
    await site.user.unlock();
    await site.user.askStatus();
    await site.loseSession();
    const cold = await exchangesOfUnlock(site);
    await site.user.askStatus();
    await site.loseConnection();
    const resumed = await exchangesOfUnlock(site);
    await site.user.askStatus();
    site.pause();
    const open = await exchangesOfUnlock(site);
    await site.user.close();
    return [
      ...sizeOf("cold", "cold unlock", cold, { roundTrips: 2, bytes: 330 }),
      ...sizeOf("resumed", "resumed unlock", resumed, { roundTrips: 1, bytes: 200 }),
      ...sizeOf("open", "unlock on an open session", open),
    ];
  },
};

async function exchangesOfUnlock(site: MemorySite): Promise<Exchange[]> {
  site.takeExchanges();
  await site.user.unlock();
  return site.takeExchanges();
}
