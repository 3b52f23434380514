import { type Static, Type } from "@fastify/type-provider-typebox";
import type { CredentialRequest, GrantRequest } from "../rights/grant-request.ts";
import {
  Carried,
  GrantId,
  groupList,
  Locks,
  PersonName,
  Require,
  Rights,
  Schedule,
  Subject,
  Uses,
  With,
} from "./grant-fields.ts";
import { ProblemError } from "./problem.ts";

const TIME_EXAMPLE = "2027-06-30T18:00:00+02:00";
const AskedTime = (description: string) =>
  Type.String({
    format: "date-time",
    description: `RFC 3339, with an offset: ${description}`,
    examples: [TIME_EXAMPLE],
  });

const CONTENT = {
  subject: Type.Optional(Subject),
  name: Type.Optional(PersonName),
  locks: Type.Optional(Locks),
  groups: Type.Optional(groupList(Type.String({ minLength: 1, maxLength: 100, description: "Its id, or its name" }))),
  from: Type.Optional(AskedTime("the beginning")),
  until: Type.Optional(AskedTime("the end; needed unless essential")),
  schedule: Type.Optional(Schedule),
  with: With,
  require: Type.Optional(Require),
  rights: Rights,
  uses: Type.Optional(Uses),
  carried: Type.Optional(Carried),
};

const EXAMPLE = {
  name: "Home care, evenings",
  groups: ["Stair 4"],
  until: TIME_EXAMPLE,
  schedule: [{ days: ["mon", "fri"], from: "17:00", to: "22:00" }],
  with: [{ kind: "pin" }],
  rights: ["unlock"],
};

/** With an id in the address. */
export const GrantContent = Type.Object(CONTENT, { additionalProperties: false, examples: [EXAMPLE] });

export const GrantBody = Type.Object(
  { id: Type.Optional(GrantId), ...CONTENT },
  { additionalProperties: false, examples: [EXAMPLE] },
);

/** Throws ProblemError where a credential lacks what its kind needs, or has what is another kind's. */
export function grantRequest(body: Static<typeof GrantBody>): GrantRequest {
  const { require, with: credentials, ...asItIs } = body;
  return {
    ...asItIs,
    with: credentials.map(credentialRequest),
    ...(require !== undefined && { require: require as 1 | 2 | 3 }),
  };
}

function credentialRequest(body: Static<typeof With>[number], index: number): CredentialRequest {
  const { kind, ...given } = body;
  const refuse = (member: string, wrongness: string) => {
    const field = `with[${index}].${member}`;
    return new ProblemError("field-invalid", `${field} ${wrongness}`, { field });
  };
  const { publicKey, uid, digits } = given;
  for (const member of Object.keys(given)) {
    if (member !== MEMBER_OF[kind]) throw refuse(member, `is nothing that a ${kind} has`);
  }
  switch (kind) {
    case "key":
      if (publicKey === undefined) throw refuse("publicKey", "is missing");
      return { kind, publicKey };
    case "tag":
      if (uid === undefined) throw refuse("uid", "is missing");
      return { kind, uid };
    case "pin":
      return { kind, ...(digits !== undefined && { digits }) };
  }
}

const MEMBER_OF = { key: "publicKey", tag: "uid", pin: "digits" } as const;
