import { readFileSync } from "node:fs";

/** One change to the watched folder, as `watched-disk.c` writes it down. Paths are relative; the empty one is the folder itself. */
export type DiskChange =
  | { kind: "create" | "sync" | "failed-sync" | "unlink"; path: string }
  | { kind: "write"; path: string; offset: number; bytes: Uint8Array }
  | { kind: "truncate"; path: string; length: number }
  | { kind: "rename" | "link"; path: string; to: string };

const LINE_FEED = 0x0a;

/** Reads a whole log. Throws if it is none. */
export function readWriteLog(file: string): DiskChange[] {
  const log = readFileSync(file);
  const changes: DiskChange[] = [];
  for (let at = 0; at < log.length; ) {
    const end = log.indexOf(LINE_FEED, at);
    const [, kind, offset, length, path] = /^(\w) (\d+) (\d+) (.*)$/.exec(log.toString("utf8", at, end)) ?? [];
    if (kind === undefined || path === undefined) throw new Error(`${file} breaks at byte ${at}`);
    at = end + 1 + Number(length);
    changes.push(changeOf(kind, path, Number(offset), log.subarray(end + 1, at)));
  }
  return changes;
}

function changeOf(kind: string, path: string, offset: number, bytes: Uint8Array): DiskChange {
  const text = () => new TextDecoder().decode(bytes);
  switch (kind) {
    case "C":
      return { kind: "create", path };
    case "W":
      return { kind: "write", path, offset, bytes };
    case "T":
      return { kind: "truncate", path, length: offset };
    case "S":
      return { kind: "sync", path };
    case "F":
      return { kind: "failed-sync", path };
    case "R":
      return { kind: "rename", path, to: text() };
    case "L":
      return { kind: "link", path, to: text() };
    case "U":
      return { kind: "unlink", path };
    default:
      throw new Error(`no such change: ${kind}`);
  }
}
