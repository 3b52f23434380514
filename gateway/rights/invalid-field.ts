import { RequestRefused } from "../api/services.ts";

/** The refusal of a member of a request; the sentence begins with its name. */
export function invalidField(field: string, sentence: string): RequestRefused {
  return new RequestRefused("field-invalid", `${field} ${sentence}`, field);
}
