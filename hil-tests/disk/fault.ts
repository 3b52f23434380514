import { readlinkSync, symlinkSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";

/** What a change to a file of a watched folder, or a sync, comes to in place of success. */
export const FAULT_KINDS = ["ENOSPC", "EIO", "EROFS", "short"] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface Fault {
  kind: FaultKind;
  /** Which change fails, counted from 1. */
  nth: number;
  /** That one alone, or all from then on. */
  lasts: "once" | "on";
}

/** As the library reads it (watched-disk.c). */
export function faultText({ kind, nth, lasts }: Fault): string {
  return `${nth} ${kind === "short" ? kind : constants.errno[kind]} ${lasts}`;
}

/** Sets what goes wrong in the folder that this process watches, or with undefined that nothing does, and counts anew. */
export function setFault(folder: string, fault: Fault | undefined): void {
  symlinkSync(fault ? faultText(fault) : "none", join(folder, "fault"));
}

/** How often something has gone wrong since the last `setFault`. */
export function faultsMade(folder: string): number {
  return Number(readlinkSync(join(folder, "fault")));
}
