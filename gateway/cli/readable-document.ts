import type { Suite } from "../../crypto/suite.ts";
import type { Document } from "../../protocol/documents/document.ts";
import { type GrantClaims, parseGrant, Right, verifyGrant } from "../../protocol/documents/grant.ts";
import { type KeyChange, parseKeyChange, verifyKeyChange } from "../../protocol/documents/key-change.ts";
import { parseLogHead, verifyLogHead } from "../../protocol/documents/log-head.ts";
import { parseManifest, verifyManifest } from "../../protocol/documents/manifest.ts";
import { Action, type OrderClaims, parseOrder, verifyOrder } from "../../protocol/documents/order.ts";
import { parseReceipt, verifyReceipt } from "../../protocol/documents/receipt.ts";
import { parseRoster, type RosterClaims, verifyRoster } from "../../protocol/documents/roster.ts";
import type { Settings } from "../../protocol/documents/settings.ts";
import { parseTimeToken, verifyTimeToken } from "../../protocol/documents/time-token.ts";
import { toHex } from "../../protocol/wire/bytes.ts";
import type { Checked } from "../../protocol/wire/reason.ts";
import { dateText } from "../rights/calendar-date.ts";
import { scheduleEntryOf } from "../rights/schedule-words.ts";

/** A signed document of protocol.md §7, for people. */
export interface ReadableDocument {
  kind: string;
  /** Id of the key that it says it is signed with. */
  kid: string;
  /** Bytes in hex, times as RFC 3339 has them. */
  claims: unknown;
}

/** One kind of document: how it is parsed and verified, and its claims in words. */
interface Kind {
  name: string;
  read(suite: Suite, bytes: Uint8Array): ReadableDocument | undefined;
  verify(suite: Suite, bytes: Uint8Array, publicKey: Uint8Array): Checked<unknown>;
}

const KINDS: readonly Kind[] = [
  kind("grant", parseGrant, verifyGrant, grantWords),
  kind("roster", parseRoster, verifyRoster, rosterWords),
  kind("order", parseOrder, verifyOrder, orderWords),
  kind("time token", parseTimeToken, verifyTimeToken),
  kind("receipt", parseReceipt, verifyReceipt),
  kind("log head", parseLogHead, verifyLogHead),
  kind("key change", parseKeyChange, verifyKeyChange),
  kind("firmware manifest", parseManifest, verifyManifest),
];

/** Undefined if it is no document of LK1. No two kinds have claims of the same form. */
export function readDocument(suite: Suite, bytes: Uint8Array): ReadableDocument | undefined {
  for (const { read } of KINDS) {
    const document = read(suite, bytes);
    if (document) return document;
  }
  return undefined;
}

/** Whether the document verifies under this compressed point; a roster also by the key change in it. */
export function isSignedBy(suite: Suite, bytes: Uint8Array, publicKey: Uint8Array): boolean {
  return KINDS.some(({ read, verify }) => read(suite, bytes) && verify(suite, bytes, publicKey).ok);
}

function kind<Claims>(
  name: string,
  parse: (suite: Suite, bytes: Uint8Array) => Checked<Document<Claims>>,
  verify: Kind["verify"],
  wordsOf: (claims: Claims, suite: Suite) => unknown = (claims) => readable(claims),
): Kind {
  return {
    name,
    read: (suite, bytes) => {
      const parsed = parse(suite, bytes);
      if (!parsed.ok) return undefined;
      return { kind: name, kid: toHex(parsed.value.kid), claims: wordsOf(parsed.value.claims, suite) };
    },
    verify,
  };
}

function grantWords({ windows, rights, ...claims }: GrantClaims): unknown {
  return {
    ...(readable(claims) as object),
    ...(windows && { schedule: windows.map(scheduleEntryOf) }),
    rights: Object.entries(Right).flatMap(([name, bit]) => ((rights & bit) === 0 ? [] : [name])),
  };
}

function rosterWords({ settings, ...claims }: RosterClaims, suite: Suite): unknown {
  return { ...(readable(claims) as object), settings: settingsWords(settings, suite) };
}

function settingsWords({ holidays, keyChange, ...settings }: Settings, suite: Suite): unknown {
  return {
    ...(readable(settings) as object),
    ...(holidays && { holidays: holidays.map(dateText) }),
    ...(keyChange && { keyChange: readDocument(suite, keyChange) }),
  };
}

function orderWords({ action, ...claims }: OrderClaims): unknown {
  const name = Object.entries(Action).find(([, number]) => number === action)?.[0];
  return { ...(readable(claims) as object), action: name };
}

/** Seconds since 1970; 0 means "never" or "from the beginning" and stays a number. */
const TIMES: readonly string[] = [
  "issuedAt",
  "notBefore",
  "expires",
  "staleAfter",
  "carriedFrom",
  "notAfter",
  "time",
] satisfies (keyof (GrantClaims & RosterClaims & OrderClaims & KeyChange) | "time")[];

function readable(value: unknown, name?: string): unknown {
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map((item) => readable(item));
  if (typeof value === "number" && value > 0 && name !== undefined && TIMES.includes(name)) {
    return new Date(value * 1000).toISOString();
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, readable(member, key)]));
}
