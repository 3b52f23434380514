import { Type } from "@fastify/type-provider-typebox";

/** A byte string of fixed length, as the API writes it. */
export function hex(bytes: number, description: string) {
  return Type.String({ pattern: `^[0-9a-f]{${2 * bytes}}$`, description });
}

/** Patterns whose refusal is a sentence. */
export const PIN_PATTERN = "^\\d{6,12}$";
export const TIME_OF_DAY_PATTERN = "^([01]\\d|2[0-3]):[0-5]\\d$";
export const END_OF_DAY_PATTERN = "^(([01]\\d|2[0-3]):[0-5]\\d|24:00)$";
export const KINDS_PATTERN = "^(tag|pin|key)(,(tag|pin|key))*$";

export const LockId = hex(8, "A lock's id: 16 hexadecimal digits");

export const Time = Type.String({ format: "date-time", description: "RFC 3339, UTC" });

/** RFC 3339 in UTC, of milliseconds since 1970. */
export function timeText(ms: number): string {
  return new Date(ms).toISOString();
}
