import type { Command } from "commander";
import { ApiClient } from "./api-client.ts";
import type { ClientOptions, CliIo } from "./io.ts";

/** What a command of the API works with. */
export interface CommandContext {
  client: ApiClient;
  io: CliIo;
  json: boolean;
}

export function contextOf(command: Command, io: CliIo): CommandContext {
  const options = command.optsWithGlobals<ClientOptions & { json?: boolean }>();
  return { client: ApiClient.fromOptions(options, io), io, json: options.json ?? false };
}
