import type { ActName } from "../../../gateway/api/services.ts";
import { again, ask, type Door } from "./person.ts";

const ACTS: readonly [ActName, ...ActName[]] = ["unlock", "unlock", "unlock", "lock", "hold", "end-hold"];
/** Longer than an API request can take; whoever got no answer by then asks again. */
const GIVES_UP_MS = 240_000;

/** Somebody in an office who opens doors over the API, one request after another at each door. */
export function operate(door: Door, everyMs: number): void {
  const { lock, chance, tell } = door;
  let requests = 0;
  let freeAtMs = 0;
  again(door, everyMs, () => {
    const nowMs = door.clock.monotonicMs();
    if (nowMs < freeAtMs || !door.site.process?.composed.locks.get(lock.lockId)) return;
    const request = ++requests;
    const act = chance.pick(ACTS);
    freeAtMs = nowMs + GIVES_UP_MS;
    tell({ kind: "asked", lock: lock.index, act, request });
    ask(
      door,
      ({ services }) => services.actions.act(lock.lockId, act),
      (outcome) => {
        freeAtMs = 0;
        tell({ kind: "answered", lock: lock.index, request, outcome });
      },
    );
  });
}
