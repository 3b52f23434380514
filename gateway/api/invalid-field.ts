import type { FastifySchemaValidationError } from "fastify/types/schema.js";
import { END_OF_DAY_PATTERN, KINDS_PATTERN, PIN_PATTERN, TIME_OF_DAY_PATTERN } from "./fields.ts";
import { ProblemError } from "./problem.ts";

/** The patterns of `hex` in fields.ts. */
const HEX_PATTERN = /^\^\[0-9a-f\]\{(\d+)\}\$$/;

/** The first thing that a request's schema refuses, as a problem that names the field: `/locks/0` → `locks[0]`. */
export function invalidField(failure: FastifySchemaValidationError | undefined, part = "request"): ProblemError {
  if (!failure) return new ProblemError("field-invalid");
  const missing = firstText(failure.params.requiredProperties);
  const path = missing === undefined ? failure.instancePath : `${failure.instancePath}/${missing}`;
  const field = path
    .slice(1)
    .replaceAll(/\/(\d+)/g, "[$1]")
    .replaceAll("/", ".");
  const sentence = `${field || `the ${part}`} ${missing === undefined ? wrongness(failure) : "is missing"}`;
  return new ProblemError("field-invalid", sentence, field ? { field } : {});
}

function wrongness({ keyword, params, message }: FastifySchemaValidationError): string {
  switch (keyword) {
    case "boolean":
      return "is not a known field";
    case "enum":
      return `must be one of ${[params.allowedValues].flat().join(", ")}`;
    case "pattern":
      return mismatch(String(params.pattern)) ?? message ?? "is wrong";
    case "format":
      return params.format === "date-time" ? "must be a time like 2027-06-30T18:00:00+02:00" : (message ?? "is wrong");
    default:
      return message ?? "is wrong";
  }
}

function mismatch(pattern: string): string | undefined {
  switch (pattern) {
    case PIN_PATTERN:
      return "must be 6 to 12 digits";
    case TIME_OF_DAY_PATTERN:
      return "must be a time of day like 08:00";
    case END_OF_DAY_PATTERN:
      return "must be a time of day like 17:00, 24:00 at most";
    case KINDS_PATTERN:
      return "must be one or more of tag, pin and key, like tag,pin";
    default: {
      const [, digits] = HEX_PATTERN.exec(pattern) ?? [];
      return digits === undefined ? undefined : `must be ${digits} hexadecimal digits, in lower case`;
    }
  }
}

function firstText(value: unknown): string | undefined {
  const [first] = [value].flat();
  return typeof first === "string" ? first : undefined;
}
