import type { Command } from "commander";
import type { CliIo } from "../../io.ts";
import { addGrantCommands } from "../grants.ts";
import { addGroupCommands } from "../groups.ts";
import { addSubjectCommands } from "../subjects.ts";
import { addDocumentCommands } from "./documents.ts";
import { addHandOutCommands } from "./hand-out.ts";
import { addKeyCommands } from "./keys.ts";
import { addIssuerLockCommands } from "./locks.ts";
import { askOffice, atNewOffice, atOffice } from "./office-context.ts";
import { addRevokeCommand } from "./revoke.ts";
import { addSettingsCommands } from "./settings.ts";
import { addShowCommands } from "./show.ts";
import { addSignCommands } from "./sign.ts";

export function addIssuerCommands(program: Command, io: CliIo): void {
  const issuer = program
    .command("issuer")
    .description("Decides and signs rights where the gateway is elsewhere, or stopped (docs/issuer.md).")
    .option(
      "--data <dir>",
      "the issuer's directory, or the data directory of a gateway that stands alone",
      "portvakt-issuer",
    );
  const run = atOffice(io);
  const ask = askOffice(io);
  addKeyCommands(issuer, run, atNewOffice(io));
  addIssuerLockCommands(issuer, run);
  addSettingsCommands(issuer, ask);
  addGroupCommands(issuer, ask);
  addGrantCommands(issuer, ask);
  addRevokeCommand(issuer, run);
  addHandOutCommands(issuer, run);
  addSubjectCommands(issuer, ask);
  addDocumentCommands(issuer, run);
  addSignCommands(issuer, run);
  addShowCommands(issuer, io);
}
