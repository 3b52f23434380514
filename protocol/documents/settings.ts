import type { Suite } from "../../crypto/suite.ts";
import { parsePosixTz } from "../access/posix-tz.ts";
import { CBOR_BYTES_MAX, type Cbor } from "../wire/cbor.ts";
import { asBytes, asText, asUint } from "../wire/cbor-shape.ts";
import { parseKeyChange } from "./key-change.ts";
import { SEALED_BYTES } from "./sealed.ts";
import { asArrayUpTo, asMapOfKeys, mapOf, optional, present, requireShape } from "./shape.ts";

const NAME_BYTES_MAX = 32;
const HOLIDAYS_MAX = 40;
const GROUPS_MAX = 16;

/** What a roster says about the lock itself (protocol.md §7); `SETTING_DEFAULTS` hold where it says nothing. */
export interface Settings {
  /** POSIX TZ with rules; without it windows never hold. */
  readonly tz?: string;
  /** At most 40 local dates, as days since 1970. */
  readonly holidays?: readonly number[];
  /** At most 16 group ids, 8 bytes each. */
  readonly groups?: readonly Uint8Array[];
  /** After opening by hand; 0 = off. */
  readonly autoRelockSeconds?: number;
  readonly wrongTriesMax?: number;
  readonly lockoutSeconds?: number;
  /** How long action 1 and a credential at the door keep the bolt drawn. */
  readonly unlockSeconds?: number;
  /** As `sealSiteSecrets` makes them; without them tags and PINs get reason 15. */
  readonly sealedSecrets?: Uint8Array;
  readonly ajarSeconds?: number;
  /** At most 32 bytes. */
  readonly name?: string;
  /** A whole key change document; only its shape is checked with the roster's. */
  readonly keyChange?: Uint8Array;
}

export const SETTING_DEFAULTS = {
  autoRelockSeconds: 0,
  wrongTriesMax: 5,
  lockoutSeconds: 60,
  unlockSeconds: 5,
  ajarSeconds: 60,
} as const;

const Key = {
  tz: 1,
  holidays: 2,
  groups: 3,
  autoRelockSeconds: 4,
  wrongTriesMax: 5,
  lockoutSeconds: 6,
  unlockSeconds: 7,
  sealedSecrets: 8,
  ajarSeconds: 9,
  name: 10,
  keyChange: 11,
} as const;

export function settingsToCbor(settings: Settings): Cbor {
  return mapOf([
    [Key.tz, settings.tz],
    [Key.holidays, settings.holidays && [...settings.holidays]],
    [Key.groups, settings.groups && [...settings.groups]],
    [Key.autoRelockSeconds, settings.autoRelockSeconds],
    [Key.wrongTriesMax, settings.wrongTriesMax],
    [Key.lockoutSeconds, settings.lockoutSeconds],
    [Key.unlockSeconds, settings.unlockSeconds],
    [Key.sealedSecrets, settings.sealedSecrets],
    [Key.ajarSeconds, settings.ajarSeconds],
    [Key.name, settings.name],
    [Key.keyChange, settings.keyChange],
  ]);
}

/** Throws ProtocolError("malformed"). */
export function settingsFromCbor(value: Cbor | undefined, suite: Suite): Settings {
  const map = asMapOfKeys(value, Object.values(Key));
  return present<Settings>({
    tz: optional(map.get(Key.tz), asTz),
    holidays: optional(map.get(Key.holidays), asHolidays),
    groups: optional(map.get(Key.groups), asGroups),
    autoRelockSeconds: optional(map.get(Key.autoRelockSeconds), asUint),
    wrongTriesMax: optional(map.get(Key.wrongTriesMax), asUint),
    lockoutSeconds: optional(map.get(Key.lockoutSeconds), asUint),
    unlockSeconds: optional(map.get(Key.unlockSeconds), asUint),
    sealedSecrets: optional(map.get(Key.sealedSecrets), (bytes) => asBytes(bytes, SEALED_BYTES)),
    ajarSeconds: optional(map.get(Key.ajarSeconds), asUint),
    name: optional(map.get(Key.name), (text) => asText(text, NAME_BYTES_MAX)),
    keyChange: optional(map.get(Key.keyChange), (bytes) => asKeyChange(bytes, suite)),
  });
}

function asTz(value: Cbor): string {
  const tz = asText(value, CBOR_BYTES_MAX);
  requireShape(parsePosixTz(tz) !== undefined);
  return tz;
}

function asHolidays(value: Cbor): number[] {
  return asArrayUpTo(value, HOLIDAYS_MAX).map((day) => asUint(day));
}

function asGroups(value: Cbor): Uint8Array[] {
  return asArrayUpTo(value, GROUPS_MAX).map((group) => asBytes(group, 8));
}

function asKeyChange(value: Cbor, suite: Suite): Uint8Array {
  const document = asBytes(value);
  requireShape(parseKeyChange(suite, document).ok);
  return document;
}
