import { type Static, Type } from "@fastify/type-provider-typebox";
import { type Credential, type GrantClaims, Right } from "../../protocol/documents/grant.ts";
import { toHex } from "../../protocol/wire/bytes.ts";
import type { IssuedGrant } from "../rights/grants.ts";
import type { Groups } from "../rights/groups.ts";
import { scheduleEntryOf } from "../rights/schedule-words.ts";
import { hex, Time, timeText } from "./fields.ts";
import {
  Carried,
  GrantId,
  groupList,
  Locks,
  PersonName,
  Require,
  RIGHT_NAMES,
  Rights,
  Schedule,
  Subject,
  Uses,
  With,
} from "./grant-fields.ts";

const NamedGroup = Type.Object({
  groupId: hex(8, "The group's id"),
  name: Type.Optional(Type.String({ description: "Absent if the group is gone" })),
});

export const GrantView = Type.Object(
  {
    id: GrantId,
    subject: Subject,
    name: Type.Optional(PersonName),
    locks: Locks,
    groups: groupList(NamedGroup),
    from: Type.Optional(Time),
    until: Type.Optional(Time),
    schedule: Type.Optional(Schedule),
    with: With,
    require: Require,
    rights: Rights,
    uses: Type.Optional(Uses),
    carried: Type.Optional(Carried),
    toHandOut: Type.Optional(
      Type.Boolean({ description: "Carried, and its bearer is to be given the document as it is now" }),
    ),
    createdAt: Time,
    revokedAt: Type.Optional(Time),
    document: Type.String({ contentEncoding: "base64", description: "The signed grant, for its bearer" }),
  },
  {
    $id: "Grant",
    description: "A right, signed by the issuer (protocol.md §7)",
    examples: [
      {
        id: "5b1f3c0d9e8a7b6c",
        subject: "1122334455667788",
        name: "Home care, evenings",
        locks: [],
        groups: [{ groupId: "00112233445566aa", name: "Stair 4" }],
        until: "2027-06-30T16:00:00.000Z",
        schedule: [{ days: ["mon", "fri"], from: "17:00", to: "22:00" }],
        with: [{ kind: "pin" }],
        require: 1,
        rights: ["unlock"],
        createdAt: "2027-01-07T12:00:00.000Z",
        document: "0oRDoQEmoA==",
      },
    ],
  },
);

export type GrantJson = Static<typeof GrantView>;

/** `pin`: the digits, in the one answer that shows them. */
export function grantView({ row, claims }: IssuedGrant, groups: Groups, pin?: string): GrantJson {
  const { notBefore, expires, windows, uses } = claims;
  return {
    id: row.id,
    subject: row.subject,
    ...(row.name !== undefined && { name: row.name }),
    locks: row.lockIds,
    groups: row.groupIds.map((groupId) => namedGroup(groupId, groups)),
    ...(notBefore !== undefined && { from: timeText(notBefore * 1000) }),
    ...(expires !== undefined && { until: timeText(expires * 1000) }),
    ...(windows && { schedule: windows.map(scheduleEntryOf) }),
    with: claims.credentials.map((credential) => credentialView(credential, claims, pin)),
    require: claims.rule ?? 1,
    rights: RIGHT_NAMES.filter((name) => (claims.rights & Right[name]) !== 0),
    ...(uses !== undefined && { uses }),
    ...(row.isCarried && { carried: true }),
    ...(row.isToHandOut && row.revokedAtMs === undefined && { toHandOut: true }),
    createdAt: timeText(row.createdAtMs),
    ...(row.revokedAtMs !== undefined && { revokedAt: timeText(row.revokedAtMs) }),
    document: Buffer.from(row.document).toString("base64"),
  };
}

function namedGroup(groupId: string, groups: Groups): Static<typeof NamedGroup> {
  const group = groups.get(groupId);
  return { groupId, ...(group && { name: group.name }) };
}

function credentialView(
  credential: Credential,
  { bearerKey }: GrantClaims,
  pin: string | undefined,
): Static<typeof With>[number] {
  const { kind } = credential;
  switch (kind) {
    case "key":
      return { kind, ...(bearerKey && { publicKey: toHex(bearerKey) }) };
    case "tag":
      return { kind, uid: toHex(credential.uid) };
    case "pin":
      return { kind, ...(pin !== undefined && { digits: pin }) };
  }
}
