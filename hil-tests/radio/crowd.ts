import type { Random } from "../../protocol/random.ts";
import { concat } from "../../protocol/wire/bytes.ts";
import { Chance } from "./air/chance.ts";
import type { Air } from "./air.ts";
import type { Controller } from "./controller.ts";
import { advertise } from "./scripted-advertiser.ts";

const FLAGS = Uint8Array.of(2, 0x01, 0x06);
const MANUFACTURER_BYTES = 20;
const MANUFACTURER_DATA = 0xff;

const INTERVAL_MS_MIN = 100;
const INTERVAL_MS_MAX = 2_000;

/**
 * Devices of others all over a square with sides of `metres` around the origin: headphones, tags, televisions. They
 * advertise something of their makers at intervals from 100 ms to 2 s, and have no host: what connects to one of them
 * gets no answer above the link. Their addresses begin with f0.
 */
export function crowd(air: Air, size: number, metres: number, random: Random): Controller[] {
  const chance = new Chance(random);
  const coordinate = () => (chance.unit() - 0.5) * metres;
  return Array.from({ length: size }, (_, n) => {
    const number = n.toString(16).padStart(4, "0");
    const address = `f0:00:00:00:${number.slice(0, 2)}:${number.slice(2)}`;
    const controller = air.controller({ address, place: { x: coordinate(), y: coordinate() } });
    advertise(controller, {
      intervalMs: INTERVAL_MS_MIN + chance.unit() * (INTERVAL_MS_MAX - INTERVAL_MS_MIN),
      kind: chance.happens(0.5) ? "connectable" : "non-connectable",
      data: concat(FLAGS, Uint8Array.of(1 + MANUFACTURER_BYTES, MANUFACTURER_DATA), random.bytes(MANUFACTURER_BYTES)),
    });
    return controller;
  });
}
