import { type DestinationStream, pino } from "pino";
import type { LogLevel } from "./config.ts";

/** The part of pino that the daemon uses: fields first, then a sentence. Bytes and secrets are never fields. */
export interface Log {
  debug(fields: object, sentence: string): void;
  info(fields: object, sentence: string): void;
  warn(fields: object, sentence: string): void;
  error(fields: object, sentence: string): void;
  /** A log whose every line carries `fields`. */
  child(fields: Record<string, string | number>): Log;
}

/** Members that are removed wherever somebody should put them into a line by mistake. */
const HIDDEN_MEMBERS = ["token", "label", "secret", "authorization", "key", "pin", "digits", "pmk", "rms"];

/** JSON lines, on stdout unless told otherwise. */
export function createLog(level: LogLevel, destination?: DestinationStream): Log {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (name: string) => ({ level: name }) },
    redact: {
      paths: HIDDEN_MEMBERS.flatMap((member) => [member, `*.${member}`, `*.*.${member}`]),
      censor: "[hidden]",
    },
  };
  return destination ? pino(options, destination) : pino(options);
}
