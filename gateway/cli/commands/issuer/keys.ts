import type { Command } from "commander";
import { toHex } from "../../../../protocol/wire/bytes.ts";
import { CliError, ExitCode } from "../../exit-code.ts";
import { countOf } from "../../text.ts";
import type { OfficeContext, RunOfficeCommand } from "./office-context.ts";

export function addKeyCommands(issuer: Command, run: RunOfficeCommand, runNew: RunOfficeCommand): void {
  issuer
    .command("init")
    .description("Makes an issuer: its key and its id. Asking again shows them.")
    .action((_options: object, command: Command) => runNew(command, init));
  issuer
    .command("rotate-key")
    .description("Gives the issuer a new key; locks move to it with their next roster, and nobody has to go there.")
    .option("--status", "only show how far that is")
    .option("--forget-old", "wipe the old key, when all locks have moved")
    .option("--confirm", "with --forget-old: though some locks may still need it")
    .action((options: RotateOptions, command: Command) => run(command, (context) => rotate(options, context)));
}

async function init({ office, io, json }: OfficeContext): Promise<void> {
  const issuerKey = toHex(office.publicKey);
  if (json) {
    io.out(JSON.stringify({ issuerId: office.issuerId, issuerKey }));
    return;
  }
  io.out(`The issuer is ${office.issuerId}. Its gateways need this in their configuration:`);
  const first = 'issuer = "remote"   # above the first [table]';
  for (const line of ["", first, "", "[fleet]", `issuer_key = "${issuerKey}"`]) io.out(line);
}

interface RotateOptions {
  status?: true;
  forgetOld?: true;
  confirm?: true;
}

async function rotate(options: RotateOptions, context: OfficeContext): Promise<void> {
  const { keyChanges } = context.office;
  if (options.forgetOld) forgetOld(options, context);
  else if (!options.status) await keyChanges.begin();
  tellProgress(context);
}

function forgetOld({ confirm }: RotateOptions, { office: { keyChanges } }: OfficeContext): void {
  const count = keyChanges.waiting().length;
  if (count > 0 && !confirm) {
    const sentence = `${countOf(count, "lock")} may still need the old key to be told the time; add --confirm if that is meant`;
    throw new CliError(ExitCode.failed, sentence);
  }
  keyChanges.end();
}

function tellProgress({ office, io, json }: OfficeContext): void {
  const { isUnderWay } = office.keyChanges;
  const waiting = office.keyChanges.waiting();
  const issuerKey = toHex(office.publicKey);
  if (json) {
    io.out(JSON.stringify({ issuerKey, isUnderWay, waiting }));
    return;
  }
  io.out(`The issuer's key is ${issuerKey}; the gateways of a fleet need it in their configuration.`);
  if (waiting.length > 0) io.out(`Not known to have moved to it: ${waiting.join(", ")}.`);
  else if (isUnderWay)
    io.out("All locks have moved to it. Wipe the old one with: portvakt issuer rotate-key --forget-old");
  const toHandOut = office.rights.grantStore.toHandOut().length;
  if (toHandOut > 0)
    io.out(`To be handed out: ${countOf(toHandOut, "carried grant")}; see portvakt issuer hand-out list`);
}
