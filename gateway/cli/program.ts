import { Command, CommanderError } from "commander";
import { LabelError } from "../../protocol/documents/label.ts";
import { ConfigError } from "../config-table.ts";
import { askDaemon } from "./command-context.ts";
import { addActionCommands } from "./commands/actions.ts";
import { addAuditCommand } from "./commands/audit.ts";
import { addDoctorCommand } from "./commands/doctor.ts";
import { addEventsCommand } from "./commands/events.ts";
import { addExplainCommand } from "./commands/explain.ts";
import { addExportCommand } from "./commands/export.ts";
import { addFleetCommand } from "./commands/fleet.ts";
import { addGrantCommands } from "./commands/grants.ts";
import { addGroupCommands } from "./commands/groups.ts";
import { addIssuerCommands } from "./commands/issuer/issuer.ts";
import { addLocksCommand } from "./commands/locks.ts";
import { addOutboxCommand } from "./commands/outbox.ts";
import { addPairCommand } from "./commands/pair.ts";
import { addSubjectCommands } from "./commands/subjects.ts";
import { addSyncCommand } from "./commands/sync.ts";
import { addTokenCommands } from "./commands/tokens.ts";
import { addVerifyCommand } from "./commands/verify.ts";
import { CliError, EXIT_CODES_HELP, ExitCode } from "./exit-code.ts";
import type { CliIo } from "./io.ts";

/** Runs `portvakt …`; `args` begin with the command's name. Never throws for what people or the world do wrong. */
export async function runCli(args: readonly string[], io: CliIo): Promise<ExitCode> {
  const program = createProgram(io);
  try {
    await program.parseAsync(args, { from: "user" });
    return ExitCode.ok;
  } catch (error) {
    return explain(error, program.opts<{ json?: boolean }>().json ?? false, io);
  }
}

function createProgram(io: CliIo): Command {
  const program = new Command("portvakt")
    .description("The edge gateway for smart locks.")
    .version(io.version)
    .option("--config <file>", "the configuration (TOML); everything in it has a default")
    .option("--url <url>", "where portvakt is, if not where the configuration says")
    .option("--token-file <file>", "the token to show, if not the one in the data directory")
    .option("--json", "print JSON: one object, or one to a line")
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: (text) => io.out(text.trimEnd()), writeErr: (text) => io.err(text.trimEnd()) })
    .addHelpText("after", EXIT_CODES_HELP)
    .exitOverride();
  program
    .command("run")
    .description("Runs the daemon until it is told to stop.")
    .action(async (_options: object, command: Command) => {
      await io.runDaemon(command.optsWithGlobals<{ config?: string }>().config);
    });
  addPairCommand(program, io);
  addLocksCommand(program, io);
  addSyncCommand(program, io);
  addExplainCommand(program, io);
  addActionCommands(program, io);
  addGrantCommands(program, askDaemon(io));
  addGroupCommands(program, askDaemon(io));
  addSubjectCommands(program, askDaemon(io));
  addEventsCommand(program, io);
  addOutboxCommand(program, io);
  addExportCommand(program, io);
  addVerifyCommand(program, io);
  addIssuerCommands(program, io);
  addFleetCommand(program, io);
  addTokenCommands(program, io);
  addAuditCommand(program, io);
  addDoctorCommand(program, io);
  return program;
}

function explain(error: unknown, json: boolean, io: CliIo): ExitCode {
  // Commander has printed its message already; help and version end this way too.
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
  if (error instanceof CliError) {
    io.err(json && error.problem ? JSON.stringify(error.problem) : `error: ${error.message}`);
    return error.exitCode;
  }
  if (error instanceof ConfigError || error instanceof LabelError) {
    io.err(`error: ${error.message}`);
    return ExitCode.usage;
  }
  throw error;
}
