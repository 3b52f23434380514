import assert from "node:assert/strict";
import { test } from "node:test";
import { ERASE_BLOCK_BYTES, FLASH_BYTES, FLASH_MAP } from "./flash-map.ts";

test("the regions fill the flash from end to end, one after the other", () => {
  const { identity, cells, log, tables } = FLASH_MAP;
  let end = 0;
  for (const { offset, blocks } of [identity, cells, log, ...tables]) {
    assert.equal(offset, end);
    end += blocks * ERASE_BLOCK_BYTES;
  }
  assert.equal(end, FLASH_BYTES);
});
