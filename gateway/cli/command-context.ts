import type { Command } from "commander";
import { ApiClient } from "./api-client.ts";
import type { ClientOptions, CliIo } from "./io.ts";

/** What a command of the API works with. */
export interface CommandContext {
  client: ApiClient;
  io: CliIo;
  json: boolean;
}

/** Runs a command's work with what it needs, and puts that away afterwards. */
export type RunCommand = (command: Command, work: (context: CommandContext) => Promise<void>) => Promise<void>;

export function contextOf(command: Command, io: CliIo): CommandContext {
  const options = command.optsWithGlobals<ClientOptions & { json?: boolean }>();
  return { client: ApiClient.fromOptions(options, io), io, json: options.json ?? false };
}

/** The commands that ask the daemon. */
export function askDaemon(io: CliIo): RunCommand {
  return async (command, work) => work(contextOf(command, io));
}
