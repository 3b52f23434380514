import { type TypeBoxTypeProvider, TypeBoxValidatorCompiler } from "@fastify/type-provider-typebox";
import fastify from "fastify";
import { answerProblems, BODY_BYTES_MAX, type ProblemParts } from "./answer-problems.ts";
import type { Api, ApiParts } from "./api.ts";
import { GrantView } from "./grant-view.ts";
import { Problem } from "./problem.ts";
import { addGrantRoutes } from "./routes/grants.ts";
import { addGroupRoutes, GroupView } from "./routes/groups.ts";
import { addSettingsRoutes, HolidaysView, type SettingsParts, SettingsView } from "./routes/settings.ts";
import { addSubjectRoutes, SubjectView } from "./routes/subjects.ts";

export type RightsParts = Pick<ApiParts, "grants" | "groups" | "siteSettings" | "subjects"> & SettingsParts;

/**
 * The part of the API that is about rights, for whoever is in the same process: an issuer's command asks it with `inject`, so that
 * requests are read, judged and answered as a gateway does. It has no tokens and must not listen.
 */
export async function buildRightsApi(parts: RightsParts, options: ProblemParts): Promise<Api> {
  const api = fastify({ bodyLimit: BODY_BYTES_MAX }).withTypeProvider<TypeBoxTypeProvider>();
  api.setValidatorCompiler(TypeBoxValidatorCompiler);
  answerProblems(api, options);
  for (const schema of [Problem, GrantView, GroupView, SettingsView, HolidaysView, SubjectView]) api.addSchema(schema);
  await api.register(
    async (v1: Api) => {
      addGrantRoutes(v1, parts);
      addGroupRoutes(v1, parts);
      addSettingsRoutes(v1, parts);
      addSubjectRoutes(v1, parts);
    },
    { prefix: "/v1" },
  );
  await api.ready();
  return api;
}

type Method = "GET" | "POST" | "PUT" | "DELETE";

/** Like `fetch`, but to an API in this process; of an address only the path counts. */
export function askWithin(api: Api): typeof fetch {
  return async (input, { method = "GET", body } = {}) => {
    const { pathname, search } = new URL(String(input));
    const reply = await api.inject({
      method: method as Method,
      url: `${pathname}${search}`,
      // A type without a body is refused as a body that is missing.
      ...(typeof body === "string" && { headers: { "content-type": "application/json" }, payload: body }),
    });
    return new Response(reply.body === "" ? null : reply.body, { status: reply.statusCode });
  };
}
