import { RequestRefused } from "../api/services.ts";
import { isTz, type SiteConfig } from "../config.ts";
import type { LockStore } from "../store/lock-store.ts";
import type { LockSettings, SettingsStore } from "../store/settings-store.ts";
import { dateText, dayOf } from "./calendar-date.ts";
import { invalidField } from "./invalid-field.ts";
import { type SettingsInForce, settingsInForce } from "./settings-in-force.ts";
import type { WantedRosters } from "./wanted-rosters.ts";

/** A roster's settings 2 and 10 (protocol.md §7). */
export const HOLIDAYS_MAX = 40;
const NAME_BYTES_MAX = 32;

/** With holidays as dates like "2027-12-25". */
export type SettingsRequest = Omit<LockSettings, "holidays"> & { holidays?: string[] };

export interface SiteSettingsParts {
  store: SettingsStore;
  locks: LockStore;
  rosters: WantedRosters;
  site: SiteConfig;
}

/** What is set at each lock, and the site's holidays; each change is in the wanted rosters when it is answered. */
export class SiteSettings {
  readonly #parts: SiteSettingsParts;

  constructor(parts: SiteSettingsParts) {
    this.#parts = parts;
  }

  /** What has been set at this lock. */
  ofLock(lockId: string): LockSettings {
    return this.#parts.store.ofLock(lockId);
  }

  inForce(lockId: string): SettingsInForce {
    return settingsInForce(this.#parts.store, this.#parts.site, lockId);
  }

  /** Replaces what is set at a paired lock. Rejects with RequestRefused, naming the field, or with StoreError. */
  async put(lockId: string, { holidays, ...request }: SettingsRequest): Promise<void> {
    const { store, locks, rosters } = this.#parts;
    if (request.tz !== undefined && !isTz(request.tz)) {
      throw invalidField("tz", 'must be a POSIX TZ with its rules, like "CET-1CEST,M3.5.0,M10.5.0/3"');
    }
    if (new TextEncoder().encode(request.name).length > NAME_BYTES_MAX) {
      throw invalidField("name", `has more than ${NAME_BYTES_MAX} bytes`);
    }
    const settings = { ...request, ...(holidays && { holidays: readDates("holidays", holidays) }) };
    await rosters.change(() => {
      if (!locks.get(lockId)) throw new RequestRefused("unknown-lock", `no lock ${lockId} is paired here`);
      store.put(lockId, settings);
      return [lockId];
    });
  }

  /** Dates like "2027-12-25", in ascending order. */
  holidays(): string[] {
    return this.#parts.store.holidays().map(dateText);
  }

  /** Replaces the site's holidays. Rejects with RequestRefused, naming the field, or with StoreError. */
  async putHolidays(dates: string[]): Promise<void> {
    const { store, locks, rosters } = this.#parts;
    const days = readDates("dates", dates);
    await rosters.change(() => {
      store.putHolidays(days);
      return locks
        .list()
        .map(({ lockId }) => lockId)
        .filter((lockId) => store.ofLock(lockId).holidays === undefined);
    });
  }
}

/** In ascending order, as days since 1970. */
function readDates(field: string, dates: readonly string[]): number[] {
  const days = dates.map((date, index) => {
    const day = dayOf(date);
    if (day === undefined) throw invalidField(`${field}[${index}]`, 'must be a date like "2027-12-25"');
    return day;
  });
  return [...new Set(days)].sort((a, b) => a - b);
}
