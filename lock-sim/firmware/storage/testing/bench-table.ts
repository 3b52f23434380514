import { nobleSuite } from "../../../../crypto/noble.ts";
import { concat, toHex, uint32, uint64 } from "../../../../protocol/wire/bytes.ts";
import { MemoryFlash } from "../../../hardware/memory-flash.ts";
import { Cells } from "../cells.ts";
import { FLASH_MAP } from "../flash-map.ts";
import type { GrantSet } from "../grant-set.ts";
import { GrantTable } from "../grant-table.ts";

export const KEY = 7;

export function boot(flash: MemoryFlash): { table: GrantTable; cells: Cells } {
  const cells = new Cells(flash, FLASH_MAP.cells);
  cells.load();
  const table = new GrantTable(flash, FLASH_MAP.tables, nobleSuite, cells);
  table.load();
  return { table, cells };
}

export function cti(n: number): Uint8Array {
  return uint64(BigInt(n));
}

/** Something with the length and the place of the cti of a grant. */
export function grant(n: number, bytes = 120, version = 0): Uint8Array {
  return concat(new Uint8Array(60).fill(0xd2), cti(n), uint32(version), new Uint8Array(bytes - 72).fill(n));
}

export function roster(epoch: number): Uint8Array {
  return concat(new Uint8Array(400).fill(0x5a), uint32(epoch));
}

/** Flash with a table of these grants under roster 1. */
export function withTable(...numbers: number[]): MemoryFlash {
  const flash = new MemoryFlash();
  const { table } = boot(flash);
  table.begin(roster(1));
  for (const n of numbers) table.put(cti(n), grant(n));
  table.commit();
  return flash;
}

/** All of a set that can be seen, in words that compare. */
function seen(set: GrantSet | undefined): unknown {
  if (!set) return "none";
  const entries = [...set.entries()].map(({ cti: id, document }) => [toHex(id), toHex(document)]);
  return { roster: toHex(set.roster), entries };
}

export function seenTable(flash: MemoryFlash): { active: unknown; staging: unknown; cell: number | undefined } {
  const { table, cells } = boot(flash);
  return { active: seen(table.active), staging: seen(table.staging), cell: cells.get(KEY)?.[0] };
}
