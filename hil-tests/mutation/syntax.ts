import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SourceFile } from "typescript/unstable/ast";
import { API } from "typescript/unstable/sync";

/** The syntax trees of JavaScript files, in their order. Paths are absolute. */
export function parseScripts(paths: readonly string[]): SourceFile[] {
  const folder = mkdtempSync(join(tmpdir(), "syntax-"));
  const project = join(folder, "tsconfig.json");
  const compilerOptions = { allowJs: true, noLib: true, noResolve: true, noEmit: true, types: [], target: "es2023" };
  writeFileSync(project, JSON.stringify({ compilerOptions, files: paths }));
  const api = new API();
  try {
    const program = api.updateSnapshot({ openProjects: [project] }).getProject(project)?.program;
    return paths.map((path) => {
      const file = program?.getSourceFile(path);
      if (!file) throw new Error(`${path} can not be parsed`);
      return file;
    });
  } finally {
    api.close();
    rmSync(folder, { recursive: true });
  }
}
