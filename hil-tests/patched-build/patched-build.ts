import {
  copyFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What one compiled file is to be instead. `file` is its path from dist/; `find` must be in it exactly once. */
export type Patch =
  | { readonly file: string; readonly find: string; readonly replace: string }
  | { readonly file: string; readonly text: string };

/**
 * Hands `use` a folder like `root`, whose dist/ differs from root's in the patches alone, and removes it afterwards.
 *
 * Programs run there as they do in `root`: `node dist/gateway/main.js`. Throws where a patch does not fit.
 */
export async function withPatchedBuild<T>(
  root: string,
  patches: readonly Patch[],
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "patched-build-"));
  try {
    layOut(root, folder);
    for (const patch of patches) apply(patch, join(folder, "dist"));
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Symbolic links for all but dist/: of modules there, Node would follow them back and import the files unpatched. */
function layOut(root: string, folder: string): void {
  for (const name of readdirSync(root)) {
    if (name === "dist") linkFiles(join(root, name), join(folder, name));
    else symlinkSync(join(root, name), join(folder, name));
  }
}

function linkFiles(from: string, to: string): void {
  mkdirSync(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) linkFiles(source, target);
    else linkOrCopy(source, target);
  }
}

function linkOrCopy(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch {
    // Another file system, or one that has no hard links.
    copyFileSync(source, target);
  }
}

function apply(patch: Patch, dist: string): void {
  const path = join(dist, patch.file);
  const text = "text" in patch ? patch.text : replaceOnce(patch, readFileSync(path, "utf8"));
  // Writing through the link would change the original.
  rmSync(path);
  writeFileSync(path, text);
}

function replaceOnce(patch: { file: string; find: string; replace: string }, text: string): string {
  const [before, after, ...more] = text.split(patch.find);
  if (before === undefined || after === undefined) throw new Error(`${patch.file} has no ${patch.find}`);
  if (more.length > 0) throw new Error(`${patch.file} has more than one ${patch.find}`);
  return before + patch.replace + after;
}
