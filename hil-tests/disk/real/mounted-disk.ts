import { execFileSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, rmSync, truncateSync, writeFileSync, writeSync } from "node:fs";
import { basename } from "node:path";

const MIB = 1024 * 1024;
const EXT4_MIB = 16;
const TMPFS_MIB = 4;
const PIECE = new Uint8Array(4096);

/** A disk of its own on a folder. It takes root to make one. */
export interface MountedDisk {
  /** Something goes wrong with it while programs use it. */
  spoil(): void;
  /** It is good again. What was on it still is. */
  mend(): void;
  unmount(): void;
}

/** A small disk in memory, which `spoil` fills to the last byte. */
export function smallDisk(folder: string): MountedDisk {
  const filler = `${folder}/filler`;
  mkdirSync(folder);
  run("mount", "-t", "tmpfs", "-o", `size=${TMPFS_MIB}m,mode=700`, "tmpfs", folder);
  return {
    spoil: () => fill(filler),
    mend: () => rmSync(filler),
    unmount: () => run("umount", folder),
  };
}

/** An ext4 file system in a file, which `spoil` makes find an error in itself: it is read-only then until it is mounted again. */
export function frailDisk(folder: string): MountedDisk {
  const image = `${folder}.img`;
  mkdirSync(folder);
  writeFileSync(image, "");
  truncateSync(image, EXT4_MIB * MIB);
  run("mkfs.ext4", "-q", "-E", "root_owner", image);
  const mount = () => {
    run("mount", "-o", "loop,errors=remount-ro", image, folder);
    run("chmod", "700", folder);
  };
  mount();
  return {
    spoil: () => {
      const device = basename(run("findmnt", "-no", "SOURCE", folder).trim());
      writeFileSync(`/sys/fs/ext4/${device}/trigger_fs_error`, "a test");
    },
    mend: () => {
      run("umount", folder);
      check(image);
      mount();
    },
    unmount: () => run("umount", folder),
  };
}

function fill(file: string): void {
  const filler = openSync(file, "w");
  try {
    for (;;) writeSync(filler, PIECE);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
  } finally {
    closeSync(filler);
  }
}

/** Repairs the file system, as a Pi does when it boots. */
function check(image: string): void {
  try {
    run("e2fsck", "-p", "-f", image);
  } catch (error) {
    // 1: errors were corrected.
    if (!(error instanceof Error && "status" in error && error.status === 1)) throw error;
  }
}

function run(program: string, ...args: string[]): string {
  return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}
