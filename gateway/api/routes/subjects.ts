import { Type } from "@fastify/type-provider-typebox";
import type { Api, ApiParts } from "../api.ts";
import { Subject } from "../grant-fields.ts";
import { grantView } from "../grant-view.ts";
import { ProblemError, problemResponses } from "../problem.ts";
import { scopeOf } from "../scope.ts";

const SubjectParams = Type.Object({ subject: Subject });

export const SubjectView = Type.Object(
  {
    subject: Subject,
    grants: Type.Array(Type.Unsafe({ $ref: "Grant#" }), { description: "Revoked and ended ones included" }),
  },
  {
    $id: "Subject",
    description: "All that the issuer's tables hold about one person. Events at locks name the ids of the grants",
    examples: [{ subject: "1122334455667788", grants: [] }],
  },
);

export function addSubjectRoutes(api: Api, { subjects, groups }: Pick<ApiParts, "subjects" | "groups">): void {
  api.get(
    "/subjects/:subject",
    {
      schema: {
        operationId: "getSubject",
        summary: "All that is kept about one person",
        description: "For whoever asks what is known about them (GDPR, articles 15 and 20).",
        tags: ["subjects"],
        params: SubjectParams,
        response: {
          200: { description: "All of it", $ref: "Subject#" },
          ...problemResponses("unknown-subject", "field-invalid"),
        },
      },
    },
    async (request) => {
      const { subject } = request.params;
      const scope = scopeOf(request);
      const within = subjects.grantsOf(subject).filter(({ row }) => scope.hasPlaces(row));
      const grants = within.map((grant) => grantView(grant, groups));
      if (grants.length === 0) throw new ProblemError("unknown-subject");
      return { subject, grants };
    },
  );

  api.delete(
    "/subjects/:subject",
    {
      schema: {
        operationId: "eraseSubject",
        summary: "Erase one person for good",
        description:
          "Refused while a grant of theirs is in force: revoke it first. Names, credentials, documents and the pseudonym go. " +
          "What stays are the ids of the grants, which locks go on refusing; the locks' logs still verify.",
        tags: ["subjects"],
        params: SubjectParams,
        response: {
          204: Type.Null({ description: "Nothing is kept any more" }),
          ...problemResponses("unknown-subject", "subject-in-force", "field-invalid", "store-failed"),
        },
      },
    },
    async (request, reply) => {
      if (!(await subjects.erase(request.params.subject))) throw new ProblemError("unknown-subject");
      return reply.code(204).send(null);
    },
  );
}
