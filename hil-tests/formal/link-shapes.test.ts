import { test } from "node:test";
import { LINK_TROUBLES, type LinkTrouble, LinkWorld } from "./link-world.ts";
import { depth, playing, shapes } from "./shapes.ts";

const DEPTH = depth(2);

test(`after any ${DEPTH} troubles the real gateway and the real lock come back to RESUME`, async (t) => {
  const world = await LinkWorld.paired(t);
  const troubles = LINK_TROUBLES.map((trouble): LinkTrouble[] => [trouble]);
  for (const shape of shapes(troubles, DEPTH)) {
    await playing(shape, async () => {
      for (const trouble of shape) await world.take(trouble);
      await world.expectResumed();
    });
  }
});
