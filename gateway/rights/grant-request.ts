import type { Suite } from "../../crypto/suite.ts";
import type { CredentialKind, Right } from "../../protocol/documents/grant.ts";
import { ascii, toHex } from "../../protocol/wire/bytes.ts";
import type { ScheduleEntry } from "./schedule-words.ts";

export type RightName = keyof typeof Right;

/** A grant as people ask for it: who, where, when, with what. Ids and subject: 16 hex digits. Times: RFC 3339. */
export interface GrantRequest {
  /** The caller's own; drawn at random if absent. */
  id?: string;
  /** A pseudonym; drawn at random if absent. */
  subject?: string;
  /** Kept here, never sent to a lock. */
  name?: string;
  /** Lock ids. With the groups there are 1–16, all different. */
  locks?: string[];
  /** Ids or names of groups. */
  groups?: string[];
  from?: string;
  /** The first moment at which the grant no longer works; needed unless `rights` has "essential". */
  until?: string;
  /** Absent = always. */
  schedule?: ScheduleEntry[];
  with: CredentialRequest[];
  /** How many different kinds must be shown; 1 if absent. */
  require?: CredentialKind;
  rights: RightName[];
  /** At each lock. */
  uses?: number;
  /** In no lock's table: the bearer shows the document at the door, and opens with a key alone. */
  carried?: boolean;
}

/** At most one key and one PIN in a grant. */
export type CredentialRequest =
  /** 66 hex digits: the bearer's compressed P-256 point. */
  | { kind: "key"; publicKey: string }
  /** 14 hex digits. */
  | { kind: "tag"; uid: string }
  /** 6–12 digits; drawn at random if absent. */
  | { kind: "pin"; digits?: string };

/**
 * What was asked for, as a hash, without what is compared apart: the id, the name, which may be erased, and a PIN's digits,
 * which are kept nowhere.
 */
export function contentOf(suite: Suite, { id: _, name: __, carried, ...asked }: GrantRequest): string {
  const credentials = asked.with.map((credential) =>
    credential.kind === "pin" ? { kind: "pin", isDrawn: credential.digits === undefined } : credential,
  );
  return toHex(
    suite.sha256(ascii(JSON.stringify(inOrder({ ...asked, ...(carried && { carried }), with: credentials })))),
  );
}

/** The same value with the members of its objects in order of their names; the order of lists means something. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, inOrder(member)]),
  );
}

export function pinOf(request: GrantRequest): { digits?: string } | undefined {
  return request.with.find((credential) => credential.kind === "pin");
}
