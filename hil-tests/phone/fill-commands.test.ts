import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { encodeCommand } from "../../protocol/wire/commands.ts";
import { fillCommands } from "./fill-commands.ts";

/** A frame less the three bytes before the text of a C and its tag of eight. */
const TEXT_BYTES_MAX = 1024 - 3 - 8;

const put = (grants: Uint8Array[]) => ({ name: "grantPut", grants }) as const;

test("items keep their order, each command fits a frame, and none could take one more", () => {
  const seed = 23;
  const random = new SeededRandom(seed);
  for (let round = 0; round < 50; round++) {
    const items = Array.from({ length: random.below(20) }, () => random.bytes(1 + random.below(640)));
    const commands = fillCommands(items, put);
    assert.deepEqual(
      commands.flatMap(({ grants }) => grants),
      items,
      `seed ${seed}`,
    );
    for (const [n, { grants }] of commands.entries()) {
      assert(encodeCommand(put(grants)).length <= TEXT_BYTES_MAX, `seed ${seed}`);
      const next = commands[n + 1]?.grants[0];
      assert(!next || encodeCommand(put([...grants, next])).length > TEXT_BYTES_MAX, `seed ${seed}`);
    }
  }
});
