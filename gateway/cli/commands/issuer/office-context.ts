import { existsSync } from "node:fs";
import type { Command } from "commander";
import { RequestRefused } from "../../../api/services.ts";
import { loadConfig } from "../../../config.ts";
import { keyFile } from "../../../issuer/issuer-keys.ts";
import { KeyFileError } from "../../../issuer/key-file.ts";
import type { Log } from "../../../log.ts";
import type { IssuerOffice } from "../../../rights/issuer-office.ts";
import { KeyChangeRefused } from "../../../rights/key-changes.ts";
import { StoreError } from "../../../store/store-error.ts";
import { MalformedJson } from "../../../uplink/strict-json.ts";
import { ApiClient } from "../../api-client.ts";
import type { CommandContext, RunCommand } from "../../command-context.ts";
import { CliError, ExitCode } from "../../exit-code.ts";
import type { CliIo } from "../../io.ts";

/** What a command of the issuer works with. */
export interface OfficeContext {
  office: IssuerOffice;
  io: CliIo;
  json: boolean;
}

interface OfficeOptions {
  data: string;
  config?: string;
  json?: boolean;
}

export type RunOfficeCommand = (command: Command, work: (context: OfficeContext) => Promise<void>) => Promise<void>;

/** The commands of an issuer that is there already. */
export function atOffice(io: CliIo): RunOfficeCommand {
  return async (command, work) => {
    const { data } = command.optsWithGlobals<OfficeOptions>();
    if (!existsSync(keyFile(data))) {
      throw new CliError(
        ExitCode.failed,
        `there is no issuer in ${data}; make one with: portvakt issuer init --data ${data}`,
      );
    }
    await atNewOffice(io)(command, work);
  };
}

/** The same, of one that may be made now. */
export function atNewOffice(io: CliIo): RunOfficeCommand {
  return async (command, work) => {
    const { data, config, json = false } = command.optsWithGlobals<OfficeOptions>();
    const { site } = loadConfig(config);
    // Only here: the other commands start without loading a database.
    const { IssuerOffice } = await import("../../../rights/issuer-office.ts");
    const { suite, clock, random } = io;
    await asCliErrors(async () => {
      const office = await IssuerOffice.open({ suite, clock, random, log: onStderr(io), directory: data, site });
      try {
        await work({ office, io, json });
      } finally {
        await office.close();
      }
    });
  };
}

/** The commands about rights that a gateway's API knows too: they ask the same routes, in this process. */
export function askOffice(io: CliIo): RunCommand {
  return (command, work) =>
    atOffice(io)(command, async ({ office, json }) => {
      const { askWithin, buildRightsApi } = await import("../../../api/rights-api.ts");
      const onMistake = (error: unknown) => {
        throw error;
      };
      const { locks, rights } = office;
      const api = await buildRightsApi({ locks, ...rights }, { log: onStderr(io), onMistake });
      const context: CommandContext = { client: ApiClient.within(askWithin(api), io.clock), io, json };
      await work(context).finally(() => api.close());
    });
}

/** What is wrong with the world or with what was asked is one line for people. */
async function asCliErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof MalformedJson) throw new CliError(ExitCode.usage, error.message);
    const isTold =
      error instanceof StoreError ||
      error instanceof KeyFileError ||
      error instanceof KeyChangeRefused ||
      error instanceof RequestRefused;
    if (isTold) throw new CliError(ExitCode.failed, error.message);
    throw error;
  }
}

function onStderr(io: CliIo): Log {
  const tell = (_fields: object, sentence: string) => io.err(sentence);
  const log: Log = { debug() {}, info() {}, warn: tell, error: tell, child: () => log };
  return log;
}
