import type { FastifyError } from "fastify";
import type { Log } from "../log.ts";
import { StoreError } from "../store/store-error.ts";
import type { Api } from "./api.ts";
import { invalidField } from "./invalid-field.ts";
import { ProblemError } from "./problem.ts";
import { RequestRefused } from "./services.ts";

/** Of a request, as the server reads it. */
export const BODY_BYTES_MAX = 16 * 1024;

export interface ProblemParts {
  log: Log;
  /** Takes what is no fault of the request or of the world: a mistake of ours. */
  onMistake: (error: unknown) => void;
}

/** Whatever goes wrong in a route is answered as RFC 9457 has it. */
export function answerProblems(api: Api, parts: ProblemParts): void {
  api.setErrorHandler<FastifyError>((error, { routeOptions }, reply) => {
    const problem = asProblem(error, routeOptions.bodyLimit, parts);
    const body = problem.body();
    if (body.status === 401) reply.header("www-authenticate", "Bearer");
    if (body.retryAfterSeconds !== undefined) reply.header("retry-after", body.retryAfterSeconds);
    return reply.code(body.status).type("application/problem+json").serializer(JSON.stringify).send(body);
  });
  api.setNotFoundHandler(() => {
    throw new ProblemError("not-found");
  });
}

function asProblem(error: FastifyError, bodyBytesMax: number, { log, onMistake }: ProblemParts): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof RequestRefused) return refusal(error);
  if (error instanceof StoreError) {
    log.error({ code: error.code }, error.message);
    return new ProblemError("store-failed", `${error.message}.`);
  }
  if (error.validation) return invalidField(error.validation[0], error.validationContext);
  switch (error.statusCode) {
    case 400:
      return new ProblemError("request-malformed", error.message);
    case 413:
      return new ProblemError("request-too-large", `A body has at most ${bodyBytesMax} bytes here.`);
    case 415:
      return new ProblemError("media-type");
    default:
      onMistake(error);
      return new ProblemError("internal");
  }
}

function refusal({ code, message, field }: RequestRefused): ProblemError {
  // In a body a lock or a group that is not there is a wrong field; the address itself was found.
  const isUnknown = code === "unknown-lock" || code === "unknown-group";
  const problem = isUnknown && field !== undefined ? "field-invalid" : code;
  return new ProblemError(problem, message, field === undefined ? {} : { field });
}
