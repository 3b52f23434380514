import { execFile } from "node:child_process";
import { PROGRAMS } from "./program.ts";

/** What one `portvakt` command came to. */
export interface CommandResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** Runs one `portvakt` command as a person would type it. */
export function portvakt(...args: string[]): Promise<CommandResult> {
  return new Promise((resolve) => {
    execFile(process.execPath, [PROGRAMS.gateway, ...args], (error, stdout, stderr) => {
      resolve({ exitCode: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}
