import type { Link } from "../carriers/link.ts";
import { changeSettings } from "./caretaker.ts";
import { liveInside } from "./insiders.ts";
import { Installer } from "./installer.ts";
import { operate } from "./operator.ts";
import type { Door } from "./person.ts";
import { PhoneUser } from "./phone-user.ts";
import { Residents } from "./residents.ts";

/** Now and then a lock is paired anew: after so many visits. */
const VISITS_PER_PAIRING = 60;
const DAY_MS = 24 * 3_600_000;
const SETTINGS_EVERY_MS = 14 * DAY_MS;

/** Everybody who has to do with one door. `pins` are those of the whole site; returns who pairs its lock. */
export function moveIn(door: Door, via: string, radio: Link, pins: Map<string, Set<string>>): Installer {
  const { visitEveryMs, residents, carers } = door.lock.plan;
  const installer = new Installer(door, via);
  installer.attend(VISITS_PER_PAIRING * visitEveryMs);
  new Residents(door, visitEveryMs, pins).attend(residents, carers);
  operate(door, 3 * visitEveryMs);
  liveInside(door, 2 * visitEveryMs);
  new PhoneUser(door, radio).attend(2 * visitEveryMs);
  changeSettings(door, SETTINGS_EVERY_MS);
  return installer;
}
