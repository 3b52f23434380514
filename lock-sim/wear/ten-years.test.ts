import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { ERASE_BLOCK_BYTES, FLASH_MAP, type FlashRegion } from "../firmware/storage/flash-map.ts";
import { BenchLock } from "../firmware/testing/bench-lock.ts";
import { DailyLife } from "../testing/daily-life.ts";

const CYCLES_MAX = 10_000;
const DAYS = 7;
const TEN_YEARS_IN_DAYS = 3_653;

/** How often a block of each region is erased in ten years at the most, as flash-map.ts states it. */
const STATED = { identity: 0, cells: 1_200, log: 1_600, tables: 2_000 };
/** RESUMEd commands other than ACT that the cells stand every day for ten years, as flash-map.ts states it. */
const STATED_RESUMPTIONS_PER_DAY = 750;

/** Erases of each block while something goes on. */
function erasesOf(bench: BenchLock, live: () => void): number[] {
  const before = bench.flash.wear;
  live();
  return bench.flash.wear.map((count, block) => count - before[block]!);
}

/** Erases per block, of those blocks that are erased at all: they take turns. One more may be about to come. */
function perBlock(erases: readonly number[], ...regions: readonly FlashRegion[]): number {
  const counts = regions.flatMap(({ offset, blocks }) => {
    const first = offset / ERASE_BLOCK_BYTES;
    return erases.slice(first, first + blocks).filter((count) => count > 0);
  });
  assert(Math.max(0, ...counts) - Math.min(...counts) <= 1 || counts.length === 0, `not level: ${counts}`);
  return counts.length === 0 ? 0 : (counts.reduce((sum, count) => sum + count, 0) + 1) / counts.length;
}

test("ten years of 40 uses a day wear no block beyond what it stands, nor beyond what the map states", (t: TestContext) => {
  const bench = new BenchLock();
  const life = new DailyLife(bench, { usesPerDay: 40, pollsPerDay: 24, grants: 1_000 });
  // The first day writes on flash that is still blank.
  life.day();
  const erases = erasesOf(bench, () => {
    for (let day = 0; day < DAYS; day++) life.day();
  });
  const { identity, cells, log, tables } = FLASH_MAP;
  const inAWeek = {
    identity: perBlock(erases, identity),
    cells: perBlock(erases, cells),
    log: perBlock(erases, log),
    tables: perBlock(erases, ...tables),
  };
  for (const [region, erased] of Object.entries(inAWeek) as [keyof typeof STATED, number][]) {
    const inTenYears = Math.ceil((erased * TEN_YEARS_IN_DAYS) / DAYS);
    t.diagnostic(`${region}: each block is erased ${inTenYears} times in ten years`);
    assert(inTenYears <= STATED[region] && STATED[region] < CYCLES_MAX, `${region}: ${inTenYears}`);
  }
});

test("the cells stand many resumed sessions without an order, every day for ten years", (t: TestContext) => {
  const bench = new BenchLock();
  const life = new DailyLife(bench, { usesPerDay: 0, pollsPerDay: 0, grants: 2 });
  const POLLS = 1_000;
  const erases = erasesOf(bench, () => {
    for (let i = 0; i < POLLS; i++) life.poll();
  });
  const perPoll = perBlock(erases, FLASH_MAP.cells) / POLLS;
  const perDay = Math.floor(CYCLES_MAX / perPoll / TEN_YEARS_IN_DAYS);
  t.diagnostic(`${perDay} resumed sessions a day`);
  assert(perDay >= STATED_RESUMPTIONS_PER_DAY, `${perDay}`);
});
