import type { Command } from "commander";
import { toHex } from "../../../../protocol/wire/bytes.ts";
import type { LockRow } from "../../../store/lock-store.ts";
import { CliError, ExitCode } from "../../exit-code.ts";
import { table } from "../../text.ts";
import type { OfficeContext, RunOfficeCommand } from "./office-context.ts";
import { readJson } from "./read-input.ts";

export function addIssuerLockCommands(issuer: Command, run: RunOfficeCommand): void {
  const lock = issuer.command("lock").description("The locks that this issuer knows.");
  lock
    .command("add")
    .description("Takes in the locks of a gateway's report, or takes one in anew after a factory reset.")
    .argument("[file]", "the report as JSON, - for stdin", "-")
    .action((file: string, _options: object, command: Command) => run(command, (context) => add(file, context)));
  lock
    .command("list")
    .description("Shows the locks, and how far their rosters have come.")
    .action((_options: object, command: Command) => run(command, list));
  lock
    .command("remove")
    .description("Forgets a lock that is gone for good.")
    .argument("<lock>", "its id")
    .action((lockId: string, _options: object, command: Command) =>
      run(command, async ({ office, io, json }) => {
        const id = lockId.toLowerCase();
        if (!(await office.removeLock(id))) throw new CliError(ExitCode.failed, `no lock ${id} is known here`);
        if (!json) io.out(`Forgot ${id}.`);
      }),
    );
}

async function add(file: string, { office, io, json }: OfficeContext): Promise<void> {
  for (const lock of await office.admit(await readJson(file, io))) {
    const { lockId, model, generation } = lock;
    io.out(json ? JSON.stringify(lockJson(lock)) : `Took in ${lockId}: ${model}, generation ${generation}.`);
  }
}

async function list({ office, io, json }: OfficeContext): Promise<void> {
  const locks = office.locks.list().map((lock) => ({ lock, ...epochsOf(office, lock.lockId) }));
  if (json) {
    for (const { lock, ...epochs } of locks) io.out(JSON.stringify({ ...lockJson(lock), ...epochs }));
    return;
  }
  if (locks.length === 0) io.out("No lock is known yet. Take one in with: portvakt issuer lock add REPORT");
  else {
    const rows = locks.map(({ lock, epoch, atGateways, inLock }) => [
      lock.lockId,
      lock.model,
      lock.via,
      `${epoch}`,
      `${atGateways}`,
      `${inLock}`,
    ]);
    for (const line of table(["LOCK", "MODEL", "VIA", "ROSTER", "AT GATEWAY", "IN LOCK"], rows)) io.out(line);
  }
}

/** Epochs of the newest roster, of that which has reached a gateway, and of that which has reached the lock. */
function epochsOf(office: OfficeContext["office"], lockId: string) {
  const reports = office.reportsOf(lockId);
  return {
    epoch: office.epoch(lockId),
    atGateways: Math.max(0, ...reports.map(({ wantedEpoch }) => wantedEpoch)),
    inLock: Math.max(office.locks.get(lockId)?.reported?.epoch ?? 0, ...reports.map((report) => report.reportedEpoch)),
  };
}

function lockJson({ lockId, model, hardware, firmware, generation, via, sigPk, boxPk }: LockRow) {
  return { lockId, model, hardware, firmware, generation, via, sigPk: toHex(sigPk), boxPk: toHex(boxPk) };
}
