import { type TSchema, Type } from "@fastify/type-provider-typebox";
import { Right } from "../../protocol/documents/grant.ts";
import type { RightName } from "../rights/grant-request.ts";
import { DAY_NAMES } from "../rights/schedule-words.ts";
import { END_OF_DAY_PATTERN, hex, LockId, PIN_PATTERN, TIME_OF_DAY_PATTERN } from "./fields.ts";

const AUDIENCE_MAX = 16;
const WINDOWS_MAX = 16;
/** Far more than a grant of 640 bytes can hold. */
const CREDENTIALS_MAX = 64;
export const RIGHT_NAMES = Object.keys(Right) as RightName[];

export const GrantId = hex(8, "The grant's id: 16 hexadecimal digits");
export const Subject = hex(8, "A pseudonym of the person or service: no name");
export const Locks = Type.Array(LockId, { maxItems: AUDIENCE_MAX, uniqueItems: true, description: "Single locks" });
export const Rights = Type.Array(Type.Enum(RIGHT_NAMES), { minItems: 1, uniqueItems: true });
export const Uses = Type.Integer({ minimum: 1, maximum: 2 ** 32 - 1, description: "How often, at each lock" });
export const Carried = Type.Boolean({
  description: "In no lock's table: its bearer shows the document at the door, and opens by a key alone",
});
export const PersonName = Type.String({
  minLength: 1,
  maxLength: 100,
  description: "For people; kept here, never sent to a lock",
});

/** A named list of up to 16, of ids or names when asked for, of ids with names when shown. */
export function groupList<Group extends TSchema>(group: Group) {
  return Type.Array(group, { maxItems: AUDIENCE_MAX, uniqueItems: true, description: "Groups of locks" });
}

const Days = Type.Array(Type.Enum([...DAY_NAMES]), {
  minItems: 1,
  uniqueItems: true,
  description: "The days on which it begins. A holiday is no weekday",
});

export const Schedule = Type.Array(
  Type.Object(
    {
      days: Days,
      from: Type.String({ pattern: TIME_OF_DAY_PATTERN, examples: ["08:00"] }),
      to: Type.String({
        pattern: END_OF_DAY_PATTERN,
        description: "No longer then; at or before `from` it is on the next day",
        examples: ["17:00"],
      }),
    },
    { additionalProperties: false },
  ),
  { minItems: 1, maxItems: WINDOWS_MAX, description: "When, in the local time of the lock; absent = always" },
);

export const With = Type.Array(
  Type.Object(
    {
      kind: Type.Enum(["key", "tag", "pin"]),
      publicKey: Type.Optional(hex(33, "Of a key, which is needed: the bearer's compressed P-256 point")),
      uid: Type.Optional(hex(7, "Of a tag, which is needed: its own number")),
      digits: Type.Optional(
        Type.String({
          pattern: PIN_PATTERN,
          description:
            "Of a PIN: drawn at random if absent. Shown once, in the answer to the request that makes the grant",
        }),
      ),
    },
    { additionalProperties: false },
  ),
  {
    minItems: 1,
    maxItems: CREDENTIALS_MAX,
    description: "What the bearer shows: one key, one PIN, any number of tags",
  },
);

export const Require = Type.Integer({
  minimum: 1,
  maximum: 3,
  description: "How many different kinds of these must be shown within 15 seconds",
});
