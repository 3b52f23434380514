import assert from "node:assert/strict";
import { compose } from "../../../gateway/compose.ts";
import type { PairingRow } from "../../../gateway/store/pairing-store.ts";
import type { World } from "../../../gateway/world.ts";

/** Pairs the lock as the daemon does, up to its being in step, and ends that daemon. `wait` lets a little time pass. */
export async function pair(world: World, label: string, via: string, wait: () => Promise<void>): Promise<string> {
  const { gateway, services, pairings } = compose(world);
  gateway.start();
  const { id } = await services.pairings.start({ label, via });
  let row: PairingRow | undefined;
  do {
    await wait();
    row = pairings.get(id);
  } while (row?.state === "running");
  assert(row?.state === "done", `the pairing failed: ${row?.error}`);
  await gateway.close();
  return row.lockId;
}
