import { type Command, InvalidArgumentError } from "commander";
import { BUNDLE_BYTES_MAX, type Bundle } from "../../../fleet/bundle.ts";
import { bundleJson } from "../../../fleet/bundle-json.ts";
import { CliError, ExitCode } from "../../exit-code.ts";
import { countOf } from "../../text.ts";
import type { OfficeContext, RunOfficeCommand } from "./office-context.ts";
import { readJson } from "./read-input.ts";

/** A roster with its thousand grants by name has to find room. */
const BUNDLE_BYTES_MIN = 32 * 1024;

interface BundleCommandOptions {
  bytesMax: number;
}

export function addDocumentCommands(issuer: Command, run: RunOfficeCommand): void {
  issuer
    .command("hear")
    .description(
      "Takes in what a gateway reports, and prints what it needs: one bundle of documents to a line, as JSON.",
    )
    .argument("[file]", "what its uplink brought, as JSON; - for stdin", "-")
    .option("--bytes-max <count>", "of a bundle", bytesMax, BUNDLE_BYTES_MAX)
    .action((file: string, options: BundleCommandOptions, command: Command) =>
      run(command, (context) => hear(file, options, context)),
    );
  issuer
    .command("documents")
    .description("Prints what a gateway needs by what it said last, in the same way.")
    .requiredOption("--gateway <id>", "the gateway's id")
    .option("--bytes-max <count>", "of a bundle", bytesMax, BUNDLE_BYTES_MAX)
    .action((options: BundleCommandOptions & { gateway: string }, command: Command) =>
      run(command, async ({ office, io }) => {
        await office.renewDue();
        print(office.bundlesFor(options.gateway.toLowerCase(), options), io);
      }),
    );
  issuer
    .command("roster")
    .description("Prints the newest roster of a lock, in base64; `issuer show` makes it readable.")
    .argument("<lock>", "its id")
    .action((lockId: string, _options: object, command: Command) =>
      run(command, async ({ office, io }) => {
        const id = lockId.toLowerCase();
        const document = office.roster(id);
        if (!document) throw new CliError(ExitCode.failed, `no lock ${id} is known here`);
        io.out(Buffer.from(document).toString("base64"));
      }),
    );
  issuer
    .command("confirm")
    .description("Says that what the newest roster of a lock takes away is meant, so that its gateway does not ask.")
    .argument("<lock>", "its id")
    .action((lockId: string, _options: object, command: Command) =>
      run(command, async ({ office, io, json }) => {
        const id = lockId.toLowerCase();
        const grants = await office.confirmRevocation(id);
        if (grants === undefined) throw new CliError(ExitCode.failed, `no lock ${id} is known here`);
        const sentence = `Confirmed: ${countOf(grants, "grant")} may go from lock ${id}. Its gateway is told with the next documents.`;
        io.out(json ? JSON.stringify({ lockId: id, mayRevoke: grants }) : sentence);
      }),
    );
}

async function hear(file: string, options: BundleCommandOptions, { office, io }: OfficeContext): Promise<void> {
  await office.renewDue();
  const { bundles, strangers } = await office.hear(await readJson(file, io), options);
  for (const { lockId, gatewayId } of strangers) {
    io.err(
      `lock ${lockId} of gateway ${gatewayId} is not known as it is reported; if it is right: portvakt issuer lock add REPORT`,
    );
  }
  print(bundles, io);
}

function print(bundles: readonly Bundle[], io: OfficeContext["io"]): void {
  for (const bundle of bundles) io.out(JSON.stringify(bundleJson(bundle)));
}

function bytesMax(text: string): number {
  const bytes = Number(text);
  if (Number.isInteger(bytes) && bytes >= BUNDLE_BYTES_MIN && bytes <= BUNDLE_BYTES_MAX) return bytes;
  throw new InvalidArgumentError(`Say a number from ${BUNDLE_BYTES_MIN} to ${BUNDLE_BYTES_MAX}.`);
}
