import { Flag } from "../../../protocol/wire/responses.ts";
import type { LockRow } from "../../store/lock-store.ts";

/** How a lock is, for anybody who looks at the broker: no person, no credential, no grant. */
export interface LockState {
  gateway: string;
  /** Null until the lock has told. */
  lock: "locked" | "unlocked" | "jammed" | null;
  door: "open" | "closed" | null;
  jammed: boolean | null;
  tamper: boolean | null;
  batteryLow: boolean | null;
  batteryMillivolt: number | null;
  temperatureC: number | null;
  /** RFC 3339: when it was last unlocked, by its own clock; null if that is not known. */
  lastAccess: string | null;
}

export function lockState(gateway: string, { reported }: LockRow, lastAccessSeconds: number | undefined): LockState {
  const has = (flag: number) => (reported ? (reported.flags & flag) !== 0 : null);
  const isLocked = has(Flag.thrown);
  const jammed = has(Flag.jammed);
  const isOpen = has(Flag.doorOpen);
  return {
    gateway,
    lock: jammed ? "jammed" : isLocked === null ? null : isLocked ? "locked" : "unlocked",
    door: isOpen === null ? null : isOpen ? "open" : "closed",
    jammed,
    tamper: has(Flag.tamper),
    batteryLow: has(Flag.batteryLow),
    batteryMillivolt: reported?.batteryMillivolt ?? null,
    temperatureC: reported?.temperatureC ?? null,
    lastAccess: lastAccessSeconds === undefined ? null : new Date(lastAccessSeconds * 1000).toISOString(),
  };
}
