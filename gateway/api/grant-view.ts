import { type Static, Type } from "@fastify/type-provider-typebox";
import { Right } from "../../protocol/documents/grant.ts";
import { toHex } from "../../protocol/wire/bytes.ts";
import type { IssuedGrant, RightName } from "../grants.ts";
import { hex, LockId, Time, timeText } from "./fields.ts";

const LOCKS_MAX = 16;
const RIGHT_NAMES = Object.keys(Right) as RightName[];

const GrantId = hex(8, "The grant's id: 16 hexadecimal digits");
const Subject = hex(8, "A pseudonym of the person or service: no name");
const Locks = Type.Array(LockId, { minItems: 1, maxItems: LOCKS_MAX, uniqueItems: true });
const PublicKey = hex(33, "The bearer's key: a compressed P-256 point");
const Rights = Type.Array(Type.Enum(RIGHT_NAMES), { minItems: 1, uniqueItems: true });
const Uses = Type.Integer({ minimum: 1, maximum: 2 ** 32 - 1, description: "How often, at each lock" });
const Name = Type.String({ minLength: 1, maxLength: 100, description: "For people; kept here, never sent to a lock" });

export const GrantBody = Type.Object(
  {
    id: Type.Optional(GrantId),
    subject: Type.Optional(Subject),
    locks: Locks,
    publicKey: PublicKey,
    rights: Rights,
    notBefore: Type.Optional(Time),
    notAfter: Type.Optional(Type.String({ format: "date-time", description: "The end; needed unless essential" })),
    uses: Type.Optional(Uses),
    name: Type.Optional(Name),
  },
  { additionalProperties: false },
);

export const GrantView = Type.Object(
  {
    id: GrantId,
    subject: Subject,
    locks: Locks,
    publicKey: PublicKey,
    rights: Rights,
    notBefore: Type.Optional(Time),
    notAfter: Type.Optional(Time),
    uses: Type.Optional(Uses),
    name: Type.Optional(Name),
    createdAt: Time,
    revokedAt: Type.Optional(Time),
    document: Type.String({ contentEncoding: "base64", description: "The signed grant, for its bearer" }),
  },
  { $id: "Grant", description: "A right, signed by the issuer (protocol.md §7)" },
);

export type GrantJson = Static<typeof GrantView>;

export function grantView({ row, claims }: IssuedGrant): GrantJson {
  return {
    id: row.id,
    subject: row.subject,
    locks: row.lockIds,
    publicKey: toHex(claims.bearerKey ?? new Uint8Array()),
    rights: RIGHT_NAMES.filter((name) => (claims.rights & Right[name]) !== 0),
    ...(claims.notBefore !== undefined && { notBefore: timeText(claims.notBefore * 1000) }),
    ...(claims.expires !== undefined && { notAfter: timeText(claims.expires * 1000) }),
    ...(claims.uses !== undefined && { uses: claims.uses }),
    ...(row.name !== undefined && { name: row.name }),
    createdAt: timeText(row.createdAtMs),
    ...(row.revokedAtMs !== undefined && { revokedAt: timeText(row.revokedAtMs) }),
    document: Buffer.from(row.document).toString("base64"),
  };
}
