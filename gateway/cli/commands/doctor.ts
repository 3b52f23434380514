import type { Command } from "commander";
import type { Check } from "../../doctor/check.ts";
import { CliError, ExitCode } from "../exit-code.ts";
import type { ClientOptions, CliIo } from "../io.ts";

const MARKS: Record<Check["state"], string> = { good: "✓", attention: "!", wrong: "✗" };

export function addDoctorCommand(program: Command, io: CliIo): void {
  program
    .command("doctor")
    .description(
      "Checks what portvakt needs, whether it runs or not, and says what to do. Ends with 1 if anything is wrong (✗).",
    )
    .action(async (_options: object, command: Command) => {
      const { json, ...options } = command.optsWithGlobals<ClientOptions & { json?: boolean }>();
      const checks = await io.diagnose(options);
      for (const line of json ? [JSON.stringify({ checks })] : checks.flatMap(checkLines)) io.out(line);
      const count = checks.filter(({ state }) => state === "wrong").length;
      if (count > 0)
        throw new CliError(ExitCode.failed, count === 1 ? "one thing is wrong" : `${count} things are wrong`);
    });
}

function checkLines({ what, state, sentence, todo }: Check): string[] {
  return [`${MARKS[state]} ${what}: ${sentence}`, ...(todo === undefined ? [] : [`  → ${todo}`])];
}
