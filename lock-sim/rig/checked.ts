import type { Static, TSchema } from "typebox";
import Value from "typebox/value";
import { HttpError } from "./http-error.ts";

type Failure = ReturnType<typeof Value.Errors>[number];

/** The value, if it is what the schema describes. Throws HttpError 400 that names the first wrong field. */
export function checked<S extends TSchema>(schema: S, value: unknown): Static<S> {
  if (Value.Check(schema, value)) return value;
  const failure = Value.Errors(schema, value)[0]!;
  const [missing] = failure.keyword === "required" ? failure.params.requiredProperties : [];
  const field = [...failure.instancePath.split("/").slice(1), ...(missing === undefined ? [] : [missing])].join(".");
  if (field === "") throw new HttpError(400, `the body ${wrongness(failure)}`);
  throw new HttpError(400, `${field} ${wrongness(failure)}`, field);
}

function wrongness(failure: Failure): string {
  switch (failure.keyword) {
    case "boolean":
      return "is no field of this request";
    case "required":
      return "is missing";
    case "enum":
      return `must be one of ${failure.params.allowedValues.join(", ")}`;
    case "minProperties":
      return "must have one field at least";
    case "pattern":
      return `must match ${failure.params.pattern}`;
    default:
      return failure.message;
  }
}
