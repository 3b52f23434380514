import type { Suite } from "../../crypto/suite.ts";
import { parseRoster, type RosterClaims } from "../../protocol/documents/roster.ts";
import { SETTING_DEFAULTS, type Settings } from "../../protocol/documents/settings.ts";
import type { GrantSet } from "./storage/grant-set.ts";
import type { GrantTable } from "./storage/grant-table.ts";

/** The roster that holds now, read once, and its settings with what holds where it says nothing (protocol.md §7). */
export class ActiveRoster {
  readonly #suite: Suite;
  readonly #table: GrantTable;
  #claims: RosterClaims | undefined;

  constructor(suite: Suite, table: GrantTable) {
    this.#suite = suite;
    this.#table = table;
  }

  /** At boot and after every commit. */
  load(): void {
    const active = this.#table.active;
    this.#claims = active && this.#read(active);
  }

  /** Undefined before the first roster of a generation. */
  get claims(): RosterClaims | undefined {
    return this.#claims;
  }

  get epoch(): number {
    return this.#claims?.epoch ?? 0;
  }

  get settings(): Settings & typeof SETTING_DEFAULTS {
    return { ...SETTING_DEFAULTS, ...this.#claims?.settings } as Settings & typeof SETTING_DEFAULTS;
  }

  #read({ roster }: GrantSet): RosterClaims {
    const parsed = parseRoster(this.#suite, roster);
    if (!parsed.ok) throw new Error("the roster in flash was good when it was committed");
    return parsed.value.claims;
  }
}
