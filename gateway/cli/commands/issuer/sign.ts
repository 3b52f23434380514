import { type Command, InvalidArgumentError, Option } from "commander";
import type { Suite } from "../../../../crypto/suite.ts";
import { Action, signOrder } from "../../../../protocol/documents/order.ts";
import { fromHex } from "../../../../protocol/wire/bytes.ts";
import { UINT_MAX } from "../../../../protocol/wire/cbor-shape.ts";
import { KeyFileError, readKeyFile } from "../../../issuer/key-file.ts";
import { CliError, ExitCode } from "../../exit-code.ts";
import type { OfficeContext, RunOfficeCommand } from "./office-context.ts";

/** As the command line names them. */
const ACTIONS: Readonly<Record<string, Action>> = {
  unlock: Action.unlock,
  lock: Action.lock,
  hold: Action.hold,
  "end-hold": Action.endHold,
  courier: Action.courier,
  "allow-pairing": Action.allowPairing,
  unpair: Action.unpair,
};
const NO_GRANT = "0".repeat(16);
/** A lock takes orders of up to 120 s ahead: this bears with clocks that differ by a minute either way. */
const ORDER_LASTS_SECONDS = 60;
const SLOT_MAX = 3;

interface OrderOptions {
  challenge: string;
  action: string;
  keyFile?: string;
  grant?: string;
  slot?: number;
}

export function addSignCommands(issuer: Command, run: RunOfficeCommand): void {
  issuer
    .command("order")
    .description("Signs an order over a lock's challenge and prints it as POST /v1/locks/ID/orders takes it.")
    .argument("<lock>", "the lock's id", idOf)
    .requiredOption("--challenge <hex>", "the lock's current one, 16 hexadecimal digits", idOf)
    .addOption(new Option("--action <name>", "what to do").choices(Object.keys(ACTIONS)).default("unlock"))
    .option("--key-file <file>", "the bearer's key: one line of 64 hexadecimal digits, mode 0600")
    .option("--grant <id>", "the bearer's grant", idOf)
    .option("--slot <number>", "unpair: which", slotOf)
    .action((lockId: string, options: OrderOptions, command: Command) =>
      run(command, (context) => order(lockId, options, context)),
    );
  issuer
    .command("time")
    .description("Signs the time over a lock's challenge, and prints it in base64. The lock takes it for two minutes.")
    .argument("<lock>", "the lock's id", idOf)
    .requiredOption("--challenge <hex>", "the lock's current one, 16 hexadecimal digits", idOf)
    .action((lockId: string, { challenge }: { challenge: string }, command: Command) =>
      run(command, async ({ office, io }) => io.out(base64(await office.signTime(lockId, fromHex(challenge))))),
    );
  issuer
    .command("receipt")
    .description("Signs that a lock's records are kept for good, so that it may forget them; prints it in base64.")
    .argument("<lock>", "the lock's id", idOf)
    .requiredOption("--generation <number>", "of its log", uintOf)
    .requiredOption("--seq <number>", "the last record that is kept", uintOf)
    .requiredOption("--head <hex>", "its h, 32 hexadecimal digits", headOf)
    .action((lockId: string, receipt: { generation: number; seq: number; head: string }, command: Command) =>
      run(command, async ({ office, io }) => {
        const { generation, seq, head } = receipt;
        const claims = { lockId: fromHex(lockId), generation, seq, head: fromHex(head) };
        io.out(base64(await office.signReceipt(claims)));
      }),
    );
}

async function order(lockId: string, options: OrderOptions, { office, io }: OfficeContext): Promise<void> {
  const action = ACTIONS[options.action] ?? Action.unlock;
  const claims = {
    lockId: fromHex(lockId),
    challenge: fromHex(options.challenge),
    action,
    grantId: fromHex(grantIdOf(action, options)),
    notAfter: Math.floor(io.clock.wallMs() / 1000) + ORDER_LASTS_SECONDS,
  };
  const isIssuers = action === Action.allowPairing || action === Action.unpair;
  const document = isIssuers
    ? await office.signOrder(claims)
    : signOrder(io.suite, bearerKey(io.suite, options.keyFile), claims);
  const carried = options.grant === undefined ? undefined : office.rights.grants.get(options.grant)?.row;
  io.out(JSON.stringify({ order: base64(document), ...(carried?.isCarried && { grant: base64(carried.document) }) }));
}

function grantIdOf(action: Action, { grant, slot }: OrderOptions): string {
  switch (action) {
    case Action.allowPairing:
      return NO_GRANT;
    case Action.unpair:
      if (slot === undefined) throw new CliError(ExitCode.usage, "say which slot to unpair: --slot");
      return slot.toString(16).padStart(NO_GRANT.length, "0");
    default:
      if (grant === undefined) throw new CliError(ExitCode.usage, "say by which grant: --grant");
      return grant;
  }
}

function bearerKey(suite: Suite, file: string | undefined) {
  if (file === undefined) throw new CliError(ExitCode.usage, "say with whose key: --key-file");
  const key = readKeyFile(file, suite);
  if (!key) throw new KeyFileError(`${file} is not there`);
  return key;
}

function idOf(text: string): string {
  const id = text.toLowerCase();
  if (/^[0-9a-f]{16}$/.test(id)) return id;
  throw new InvalidArgumentError("Say 16 hexadecimal digits.");
}

function headOf(text: string): string {
  const head = text.toLowerCase();
  if (/^[0-9a-f]{32}$/.test(head)) return head;
  throw new InvalidArgumentError("Say 32 hexadecimal digits.");
}

function uintOf(text: string): number {
  const number = Number(text);
  if (text !== "" && Number.isInteger(number) && number >= 0 && number <= UINT_MAX) return number;
  throw new InvalidArgumentError(`Say a number from 0 to ${UINT_MAX}.`);
}

function slotOf(text: string): number {
  const slot = uintOf(text);
  if (slot <= SLOT_MAX) return slot;
  throw new InvalidArgumentError(`A lock's slots are 0 to ${SLOT_MAX}.`);
}

function base64(document: Uint8Array): string {
  return Buffer.from(document).toString("base64");
}
