import { SETTING_DEFAULTS } from "../../protocol/documents/settings.ts";
import type { SiteConfig } from "../config.ts";
import type { LockSettings, SettingsStore } from "../store/settings-store.ts";

/** A gateway stands in one stairwell unless its locks are told apart. */
const STAIR_DEFAULT = "main";

/** What holds at a lock, whoever has said it; a name may be absent, and what is the store's. */
type Optional = "name" | "keepDays";
export type SettingsInForce = Required<Omit<LockSettings, Optional>> & Pick<LockSettings, Optional>;

/** What has been set at the lock, then what the site says, then what the protocol does. */
export function settingsInForce(settings: SettingsStore, site: SiteConfig, lockId: string): SettingsInForce {
  return {
    ...SETTING_DEFAULTS,
    tz: site.tz,
    holidays: settings.holidays(),
    stair: STAIR_DEFAULT,
    ...settings.ofLock(lockId),
  };
}
