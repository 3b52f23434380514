import { readFile } from "node:fs/promises";
import { CliError, ExitCode } from "../../exit-code.ts";
import type { CliIo } from "../../io.ts";

/** A whole file, or stdin if it is "-". Throws CliError. */
export async function readInput(file: string, io: CliIo): Promise<Uint8Array> {
  if (file !== "-") return readWhole(file);
  const chunks: Uint8Array[] = [];
  for await (const chunk of io.stdin) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The same as JSON. Throws CliError. */
export async function readJson(file: string, io: CliIo): Promise<unknown> {
  const bytes = await readInput(file, io);
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch {
    throw new CliError(ExitCode.usage, `${file === "-" ? "stdin" : file} is no JSON`);
  }
}

async function readWhole(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
    throw new CliError(ExitCode.usage, `${file} can not be read (${code})`);
  }
}
