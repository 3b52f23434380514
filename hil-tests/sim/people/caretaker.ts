import { again, ask, type Door } from "./person.ts";

/** Changes what is set at a lock. */
export function changeSettings(door: Door, everyMs: number): void {
  const { lock, chance } = door;
  again(door, everyMs, () => {
    const settings = {
      autoRelockSeconds: chance.pick([0, 10, 60]),
      unlockSeconds: chance.pick([3, 5, 30]),
      wrongTriesMax: chance.between(2, 6),
      lockoutSeconds: chance.pick([30, 60, 600]),
      ajarSeconds: chance.pick([30, 60]),
    };
    ask(door, ({ siteSettings }) => siteSettings.put(lock.lockId, settings));
  });
}
