import { ofUse } from "../../../lock-sim/energy/charge.ts";
import { BATTERY_MICROCOULOMB } from "../../../lock-sim/energy/current-model.ts";
import type { Figure } from "../figure.ts";
import type { Row } from "../row.ts";
import { AirSite, type AirUnlock, type Found } from "../site/air-site.ts";
import { servedPerHour } from "../site/busy-stair.ts";
import { latency } from "../statistics.ts";

/**
 * Connection events at the least until the order is there, one for a question and the next one for its answer. Cold: MTU,
 * service, characteristics, subscription with O1 beside it, C. Resumed: MTU, subscription with S1 beside it. Connected: C.
 */
const EVENTS_MIN: Record<Found, number> = { cold: 9, resumed: 3, connected: 1 };

const HOW_FOUND: Record<Found, string> = {
  cold: "cold",
  resumed: "resumed",
  connected: "on a connection that stands",
};

/** So many orders a day, each with a connection of its own. */
const UNLOCKS_PER_DAY = 10;
const DAY_MS = 24 * 3_600_000;
const IDLE_MS = 600_000;
/** Until the bolt is thrown again, and the connection has been given up. */
const RELOCKED_MS = 10_000;
const MICROCOULOMB_PER_COULOMB = 1e6;
const MICROCOULOMB_PER_MILLICOULOMB = 1e3;

export const ble: Row = {
  name: "ble",
  how:
    "From the tap (the order is asked of the gateway) until the bolt begins to move, over unmodified noble (@abandonware) and bleno on " +
    "the virtual radio: a lock at 5 m that advertises every 980 ms, connection interval 22.5 ms, 2 % of packets lost and fading. In virtual " +
    "time and from a seed, so that no figure depends on the machine; computing takes no time. *Cold*: the gateway has just " +
    "started, has not heard the lock yet, and has no session to resume. *Resumed*: it hears the lock and knows its GATT " +
    "table. *Scan* until it asks its adapter to connect, *connect* until the link stands, *discover* until it is subscribed, *LK1* the " +
    "rest. *Served*: a stair on which every lock has news again as soon as they are fetched. Charge, for energy, by the model of " +
    "`lock-sim/energy`, at the battery, the motor apart.",

  async measure({ directory, effort }) {
    const site = await AirSite.make(directory);
    const figures: Figure[] = [];
    for (const found of ["cold", "resumed", "connected"] as const) {
      const unlocks: AirUnlock[] = [];
      for (let n = 0; n < effort.airUnlocks; n++) unlocks.push(await site.unlock(found));
      figures.push(...timesOf(found, unlocks), ...eventsOf(found, unlocks));
    }
    figures.push(...(await energyOf(site)));
    await site.close();
    return [...figures, await served(effort.stair)];
  },
};

function timesOf(found: Found, unlocks: readonly AirUnlock[]): Figure[] {
  const parts: Record<string, (unlock: AirUnlock) => number> = {
    total: ({ tap }) => tap.boltAtMs,
    scan: ({ tap }) => tap.connectAtMs,
    connect: ({ tap }) => tap.discoverAtMs - tap.connectAtMs,
    discover: ({ tap }) => tap.talkAtMs - tap.discoverAtMs,
    LK1: ({ tap }) => tap.boltAtMs - tap.talkAtMs,
  };
  // On a connection that stands there is nothing but LK1.
  const shown = found === "connected" ? ["total"] : Object.keys(parts);
  return shown.map((part) => ({
    id: `${found}.${part}`,
    what: `tap to unlock ${HOW_FOUND[found]}${part === "total" ? "" : `: ${part}`}`,
    unit: "ms",
    measured: latency(unlocks.map(parts[part]!)),
  }));
}

function eventsOf(found: Found, unlocks: readonly AirUnlock[]): Figure[] {
  const what = `connection events of an unlock ${HOW_FOUND[found]}`;
  return [
    { id: `${found}.events`, what, unit: "events", measured: latency(unlocks.map(({ events }) => events)) },
    {
      id: `${found}.eventsMin`,
      what: `${what}, the least possible`,
      unit: "events",
      measured: { kind: "single", value: EVENTS_MIN[found] },
    },
  ];
}

async function energyOf(site: AirSite): Promise<Figure[]> {
  const idle = await site.chargeOf(() => site.clock.advanceAsync(IDLE_MS));
  const use = await site.chargeOf(async () => {
    await site.unlock("resumed");
    await site.clock.advanceAsync(RELOCKED_MS);
  });
  const quietDay = (idle.standby + idle.advertising) * (DAY_MS / IDLE_MS);
  const day = quietDay + UNLOCKS_PER_DAY * ofUse(use);
  const single = (id: string, what: string, unit: string, value: number): Figure => ({
    id: `energy.${id}`,
    what,
    unit,
    measured: { kind: "single", value },
  });
  const millicoulomb = (charge: number) => charge / MICROCOULOMB_PER_MILLICOULOMB;
  return [
    single("link", "a resumed unlock: radio, computing, flash", "mC", millicoulomb(ofUse(use) - use.motor)),
    single("motor", "the same: motor, drawing the bolt and throwing it again", "mC", millicoulomb(use.motor)),
    single(
      "advertisingDay",
      "a day's advertising",
      "C",
      (idle.advertising * (DAY_MS / IDLE_MS)) / MICROCOULOMB_PER_COULOMB,
    ),
    single("day", `a day with ${UNLOCKS_PER_DAY} unlocks, all in all`, "C", day / MICROCOULOMB_PER_COULOMB),
    single("batteryDays", "so the battery lasts", "days", BATTERY_MICROCOULOMB / day),
  ];
}

async function served(stair: { locks: number; minutes: number }): Promise<Figure> {
  return {
    id: "servedPerHour",
    what: `visits to ${stair.locks} locks with news, by one adapter`,
    unit: "per hour",
    measured: { kind: "single", value: await servedPerHour(stair) },
  };
}
