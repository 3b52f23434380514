import { opensslSuite } from "../../../crypto/openssl.ts";
import { TcpTransport } from "../../../gateway/transport/tcp.ts";
import { delay } from "../../../protocol/clock.ts";
import { cpuUsSince } from "../cpu-time.ts";
import type { Effort } from "../effort.ts";
import { LockFarm } from "../lock-farm/lock-farm.ts";
import type { Bench, Row } from "../row.ts";
import { gatewayWorld } from "../site/gateway-world.ts";
import { LockUser } from "../site/lock-user.ts";
import { MemorySite } from "../site/memory-site.ts";
import { pair } from "../site/pair.ts";
import { spread } from "../statistics.ts";

const LOOK_EVERY_MS = 20;

export const cpu: Row = {
  name: "cpu",
  how:
    "Processor time, user and system, of a resumed unlock in the gateway: the order signed, the counter committed " +
    "(`synchronous=FULL`), one round trip; means of rounds. *Carrier apart*: gateway and lock are in one process, and what the " +
    "process needs while a frame is in the lock is taken off. *Over TCP*: the lock is in another process, and the gateway " +
    "makes a new connection for each unlock.",

  async measure(bench) {
    const apart = await meansMs(bench.effort, await inMemory(bench));
    const overTcp = await meansMs(bench.effort, await overLoopback(bench));
    const what = "gateway's resumed unlock";
    return [
      { id: "apart", what: `${what}, carrier apart`, unit: "ms", measured: spread(apart), aim: { atMost: 0.3 } },
      { id: "tcp", what: `${what}, over TCP`, unit: "ms", measured: spread(overTcp) },
    ];
  },
};

/** What is measured: each call gives the microseconds of one unlock. */
interface Unlocking {
  unlockUs(): Promise<number>;
  end(): Promise<void>;
}

async function inMemory(bench: Bench): Promise<Unlocking> {
  const site = await MemorySite.make(bench, opensslSuite);
  return {
    unlockUs: async () => {
      await site.user.askStatus();
      await site.loseConnection();
      site.takeLockCpuUs();
      const before = process.cpuUsage();
      await site.user.unlock();
      return cpuUsSince(before) - site.takeLockCpuUs();
    },
    end: () => site.user.close(),
  };
}

async function overLoopback({ clock, random, directory }: Bench): Promise<Unlocking> {
  const farm = await LockFarm.start(1);
  const lock = farm.locks[0]!;
  const transport = new TcpTransport(clock);
  const world = () => gatewayWorld({ clock, random, directory, transport });
  farm.pressButton(lock);
  const lockId = await pair(world(), lock.label, lock.via, () => delay(clock, LOOK_EVERY_MS));
  const user = new LockUser(world(), lockId);
  return {
    unlockUs: async () => {
      await user.askStatus();
      await transport.close();
      const before = process.cpuUsage();
      await user.unlock();
      return cpuUsSince(before);
    },
    end: async () => {
      await user.close();
      await farm.stop();
    },
  };
}

/** Milliseconds of one unlock, round by round. */
async function meansMs({ rounds, tasks, warmUpTasks }: Effort, { unlockUs, end }: Unlocking): Promise<number[]> {
  const perRound = Math.ceil(tasks / rounds);
  const means: number[] = [];
  for (let i = 0; i < warmUpTasks; i++) await unlockUs();
  for (let round = 0; round < rounds; round++) {
    let sumUs = 0;
    for (let i = 0; i < perRound; i++) sumUs += await unlockUs();
    means.push(sumUs / perRound / 1000);
  }
  await end();
  return means;
}
