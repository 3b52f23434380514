import { createReadStream } from "node:fs";
import type { Command } from "commander";
import { ExportCheck, type LogVerdict } from "../../verify/export-check.ts";
import { ExportError, parseKeyLine } from "../../verify/export-line.ts";
import { linesOf } from "../../verify/lines.ts";
import { CliError, ExitCode } from "../exit-code.ts";
import type { CliIo } from "../io.ts";

export function addVerifyCommand(program: Command, io: CliIo): void {
  program
    .command("verify")
    .description("Checks an export without asking anybody: that no event was left out, altered or invented.")
    .argument("<file>", "what `portvakt export` wrote, or - for stdin")
    .option(
      "--keys <file>",
      "the locks' public keys, as `portvakt locks --json` shows them; else the export's own are claims",
    )
    .action(async (file: string, options: { keys?: string }, command: Command) => {
      const { json = false } = command.optsWithGlobals<{ json?: boolean }>();
      const check = new ExportCheck(io.suite, await readKeys(options.keys));
      await eachLine(file === "-" ? io.stdin : createReadStream(file), file, (line) => check.see(line));
      const verdicts = check.verdicts();
      for (const verdict of verdicts) io.out(json ? JSON.stringify(verdict) : verdictLine(verdict));
      conclude(verdicts);
    });
}

async function readKeys(file: string | undefined): Promise<ReadonlyMap<string, Uint8Array>> {
  const keys = new Map<string, Uint8Array>();
  if (file === undefined) return keys;
  await eachLine(createReadStream(file), file, (line) => {
    if (line.trim() === "") return;
    const { lockId, sigPk } = parseKeyLine(line);
    keys.set(lockId, sigPk);
  });
  return keys;
}

async function eachLine(from: AsyncIterable<Uint8Array>, name: string, see: (line: string) => void): Promise<void> {
  try {
    for await (const line of linesOf(from)) see(line);
  } catch (error) {
    if (error instanceof ExportError) throw new CliError(ExitCode.notGenuine, `${name}: ${error.message}`);
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (typeof code === "string") throw new CliError(ExitCode.usage, `${name} can not be read (${code})`);
    throw error;
  }
}

/** Throws CliError unless everything is proven. */
function conclude(verdicts: readonly LogVerdict[]): void {
  const faults = verdicts.filter(({ fault }) => fault !== undefined).length;
  if (faults > 0) throw new CliError(ExitCode.notGenuine, `${faults} of ${verdicts.length} logs do not hold`);
  if (verdicts.length === 0) throw new CliError(ExitCode.unproven, "there are no events in it");
  const unproven = verdicts.filter((verdict) => !isProven(verdict)).length;
  if (unproven > 0) {
    const sentence = `${unproven} of ${verdicts.length} logs hold together, but not everything in them is proven`;
    throw new CliError(ExitCode.unproven, sentence);
  }
}

function isProven({ key, unsigned }: LogVerdict): boolean {
  return key === "given" && unsigned === 0;
}

function verdictLine(verdict: LogVerdict): string {
  const { lockId, generation, firstSeq, lastSeq, missingAtLock, missingAtGateway, fault } = verdict;
  const log = `${lockId}  generation ${generation}`;
  if (fault !== undefined) return `${log}  does not hold: ${fault}`;
  const said = [
    lastSeq === 0 ? "no records" : `records ${firstSeq} to ${lastSeq}`,
    signedWords(verdict),
    missingAtLock > 0 && `${missingAtLock} missing at the lock`,
    missingAtGateway > 0 && `${missingAtGateway} lost at the gateway`,
    firstSeq > 1 && missingAtLock + missingAtGateway === 0 && `what stood before is not in it`,
    keyWords(verdict),
  ];
  return `${log}  ${said.filter((words) => words !== false).join(", ")}`;
}

function signedWords({ signedThrough, unsigned }: LogVerdict): string {
  if (unsigned === 0) return "all signed by the lock";
  return signedThrough === 0 ? "none signed by the lock" : `${unsigned} of them not signed by the lock`;
}

function keyWords({ key }: LogVerdict): string | false {
  switch (key) {
    case "given":
      return false;
    case "claimed":
      return "by the key that the export itself claims";
    case "none":
      return "its key is not known";
  }
}
