import { execFile } from "node:child_process";
import { PROGRAMS, type Surroundings } from "./program.ts";

/** What one command came to. */
export interface CommandResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** Runs one `portvakt` command as a person would type it. */
export function portvakt(...args: string[]): Promise<CommandResult> {
  return command(PROGRAMS.gateway, args);
}

/** Runs one `portvakt-phone` command. */
export function portvaktPhone(args: string[], surroundings: Surroundings): Promise<CommandResult> {
  return command(PROGRAMS.phone, args, surroundings);
}

function command(script: string, args: string[], { environment, preload }: Surroundings = {}): Promise<CommandResult> {
  const preloading = preload === undefined ? [] : ["--import", preload];
  const env = { ...process.env, ...environment };
  return new Promise((resolve) => {
    execFile(process.execPath, [...preloading, script, ...args], { env }, (error, stdout, stderr) => {
      resolve({ exitCode: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}
