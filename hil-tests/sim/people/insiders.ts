import { again, type Door } from "./person.ts";

const PRIVACY_MS = 8 * 3_600_000;

/** What people do who are inside: turn the knob, go out, want to be left alone, let the door stand open, unscrew the case. */
export function liveInside(door: Door, everyMs: number): void {
  const { lock, chance, clock } = door;
  again(door, everyMs, () => {
    switch (chance.below(8)) {
      case 0:
        lock.lock.setPrivacy(true);
        clock.schedule(chance.around(PRIVACY_MS), () => lock.lock.setPrivacy(false));
        return;
      case 1:
        lock.lock.setCase(true);
        clock.schedule(60_000, () => lock.lock.setCase(false));
        return;
      case 2:
        lock.turn("thrown");
        return;
      default:
        lock.turn("drawn");
        lock.lock.setDoor(true);
        clock.schedule(5_000, () => lock.lock.setDoor(false));
    }
  });
}
