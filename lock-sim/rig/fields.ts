import { Type } from "typebox";

/** A byte string of fixed length. */
export function hex(bytes: number, description: string) {
  return Type.String({ pattern: `^[0-9a-f]{${2 * bytes}}$`, description });
}

export function count(description: string) {
  return Type.Integer({ minimum: 0, description });
}

/** An object with these fields and no others. */
export function closed<P extends Parameters<typeof Type.Object>[0]>(fields: P, description?: string) {
  return Type.Object(fields, { additionalProperties: false, ...(description && { description }) });
}
