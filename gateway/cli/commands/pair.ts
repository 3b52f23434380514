import type { Command } from "commander";
import { delay } from "../../../protocol/clock.ts";
import { LabelError, parseLabel } from "../../../protocol/documents/label.ts";
import type { PairingJson } from "../../api/routes/pairings.ts";
import { contextOf } from "../command-context.ts";
import { CliError, ExitCode } from "../exit-code.ts";
import type { CliIo } from "../io.ts";

const POLL_MS = 250;

export function addPairCommand(program: Command, io: CliIo): void {
  program
    .command("pair")
    .summary("Pairs a lock: press the button inside its door first.")
    .description("Pairs a lock. Press the button inside its door first: that gives you 120 seconds.")
    .argument("<label>", "what is printed on the lock: LK1: and 42 characters; case, spaces and dashes do not matter")
    .requiredOption("--via <way>", "how to reach it: ble, tcp://127.0.0.1:7001 or serial:/dev/ttyUSB0[?address=3]")
    .action(async (label: string, options: { via: string }, command: Command) => {
      checkLabel(label, io);
      const { client, json } = contextOf(command, io);
      let pairing = await client.post<PairingJson>("/pairings", { label, via: options.via });
      for (let shown = ""; ; pairing = await client.get<PairingJson>(`/pairings/${pairing.id}`)) {
        if (pairing.step !== shown) io.err(`… ${pairing.step}`);
        shown = pairing.step;
        if (pairing.state !== "running") break;
        await delay(io.clock, POLL_MS);
      }
      if (json) io.out(JSON.stringify(pairing));
      if (pairing.state === "failed") {
        throw new CliError(ExitCode.failed, `not paired: ${pairing.error ?? "the daemon does not say why"}`);
      }
      if (!json) io.out(`Paired lock ${pairing.lockId} via ${pairing.via}.`);
    });
}

/** The label names the lock and its secret: a mistyped one shows before anything is sent. */
function checkLabel(label: string, { suite }: CliIo): void {
  try {
    parseLabel(suite, label).secret.wipe();
  } catch (error) {
    if (error instanceof LabelError) throw new CliError(ExitCode.usage, error.message);
    throw error;
  }
}
