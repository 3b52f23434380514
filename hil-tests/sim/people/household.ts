import { changeSettings } from "./caretaker.ts";
import { liveInside } from "./insiders.ts";
import { Installer } from "./installer.ts";
import { operate } from "./operator.ts";
import type { Door } from "./person.ts";
import { Residents } from "./residents.ts";

const DAY_MS = 24 * 3_600_000;
const PAIRED_ANEW_EVERY_MS = 60 * DAY_MS;
const SETTINGS_EVERY_MS = 14 * DAY_MS;

/** Everybody who has to do with one door. `pins` are those of the whole site; returns who pairs its lock. */
export function moveIn(door: Door, via: string, pins: Map<string, Set<string>>): Installer {
  const { visitEveryMs, residents, carers } = door.lock.plan;
  const installer = new Installer(door, via);
  installer.attend(PAIRED_ANEW_EVERY_MS);
  new Residents(door, visitEveryMs, pins).attend(residents, carers);
  operate(door, 3 * visitEveryMs);
  liveInside(door, 2 * visitEveryMs);
  changeSettings(door, SETTINGS_EVERY_MS);
  return installer;
}
