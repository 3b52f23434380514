import { TcpTransport } from "../../../gateway/transport/tcp.ts";
import { delay } from "../../../protocol/clock.ts";
import { LockFarm } from "../lock-farm/lock-farm.ts";
import type { Row } from "../row.ts";
import { gatewayWorld } from "../site/gateway-world.ts";
import { LockUser } from "../site/lock-user.ts";
import { pair } from "../site/pair.ts";
import { spread } from "../statistics.ts";

const LOOK_EVERY_MS = 20;

export const cpu: Row = {
  name: "cpu",
  how:
    "Processor time of the gateway's process, user and system, for a resumed unlock over TCP of a lock in another process: the order " +
    "signed, the TCP connection made, the counter committed (`synchronous=FULL`), one round trip. Means of rounds.",

  async measure({ clock, random, effort, directory }) {
    const farm = await LockFarm.start(1);
    const lock = farm.locks[0]!;
    const transport = new TcpTransport(clock);
    const world = () => gatewayWorld({ clock, random, directory, transport });
    farm.pressButton(lock);
    const lockId = await pair(world(), lock.label, lock.via, () => delay(clock, LOOK_EVERY_MS));
    const user = new LockUser(world(), lockId);
    const unlockMs = async () => {
      await user.lookAfter();
      await transport.close();
      const before = process.cpuUsage();
      await user.unlock();
      const { user: userUs, system } = process.cpuUsage(before);
      return (userUs + system) / 1000;
    };
    const meansMs: number[] = [];
    const perRound = Math.ceil(effort.tasks / effort.rounds);
    for (let i = 0; i < effort.warmUpTasks; i++) await unlockMs();
    for (let round = 0; round < effort.rounds; round++) {
      let sumMs = 0;
      for (let i = 0; i < perRound; i++) sumMs += await unlockMs();
      meansMs.push(sumMs / perRound);
    }
    await user.close();
    await farm.stop();
    const what = "gateway's processor time of a resumed unlock";
    return [{ id: "resumedUnlock", what, unit: "ms", measured: spread(meansMs), aim: { atMost: 0.3 } }];
  },
};
