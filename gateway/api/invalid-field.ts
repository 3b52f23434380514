import type { FastifySchemaValidationError } from "fastify/types/schema.js";
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
    case "pattern": {
      const [, digits] = HEX_PATTERN.exec(String(params.pattern)) ?? [];
      return digits === undefined ? (message ?? "is wrong") : `must be ${digits} hexadecimal digits, in lower case`;
    }
    case "format":
      return params.format === "date-time" ? "must be a time like 2027-06-30T18:00:00+02:00" : (message ?? "is wrong");
    default:
      return message ?? "is wrong";
  }
}

function firstText(value: unknown): string | undefined {
  const [first] = [value].flat();
  return typeof first === "string" ? first : undefined;
}
