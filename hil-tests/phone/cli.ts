import { existsSync, readFileSync } from "node:fs";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { CliError, ExitCode } from "../../gateway/cli/exit-code.ts";
import { KeyFileError, loadKeyFile } from "../../gateway/issuer/key-file.ts";
import { TransportError } from "../../gateway/transport/channel.ts";
import { formatVia, parseVia, ViaError } from "../../gateway/transport/via.ts";
import { parseGrant } from "../../protocol/documents/grant.ts";
import { Action } from "../../protocol/documents/order.ts";
import { ProtocolError } from "../../protocol/protocol-error.ts";
import { fromHex, toHex } from "../../protocol/wire/bytes.ts";
import { RefusedByPeer } from "../../protocol/wire/expect-message.ts";
import { reasonName } from "../../protocol/wire/reason.ts";
import { fromBase64 } from "./base64.ts";
import { readCargo, writeReport } from "./cargo-file.ts";
import { type Cargo, serveAsCourier } from "./courier.ts";
import type { FrameCarrier } from "./frame-carrier.ts";
import { type Bearer, giveOrder, type OrderOutcome } from "./give-order.ts";
import { PassSession, type PhoneParts } from "./pass-session.ts";

/** What the commands have of the world. */
export interface PhoneIo extends PhoneParts {
  /** One line on stdout. */
  out(line: string): void;
  /** One line on stderr. */
  err(line: string): void;
  /** `via` is `tcp://host:port` or `ble:LOCKID`; `adapter` counts for the latter, hci0 for example. */
  connect(via: string, adapter: string): Promise<FrameCarrier>;
}

interface AtTheDoor {
  via: string;
  adapter: string;
  lock: Uint8Array;
  lockKey: Uint8Array;
  grant: string;
  key: string;
}

const EXIT_CODES_HELP = `
Exit codes:
  0  done
  1  failed
  2  the command line or a file is wrong
  4  the lock refused
  5  the lock can not be reached, or no longer; nothing was opened
  6  it is not known whether the lock did it`;

/** Runs `portvakt-phone …`; `args` begin with the command's name. Never throws for what people or the world do wrong. */
export async function runPhone(args: readonly string[], io: PhoneIo): Promise<ExitCode> {
  try {
    await createProgram(io).parseAsync(args, { from: "user" });
    return ExitCode.ok;
  } catch (error) {
    return explain(error, io);
  }
}

function createProgram(io: PhoneIo): Command {
  const program = new Command("portvakt-phone")
    .description("A phone at the door: shows a grant that it carries (LK1 PASS).")
    .configureOutput({ writeOut: (text) => io.out(text.trimEnd()), writeErr: (text) => io.err(text.trimEnd()) })
    .addHelpText("after", EXIT_CODES_HELP)
    .exitOverride();
  program
    .command("key")
    .description("Makes the bearer's key, if FILE is not there yet, and prints its public key for the issuer.")
    .argument("<file>", "where the private key is kept (mode 0600)")
    .action((file: string) => io.out(toHex(io.suite.p256PublicKey(loadKeyFile(file, io.suite, io.random)))));
  atTheDoor(program, "unlock", io)
    .description("Opens the lock; it relocks by itself.")
    .action((options: AtTheDoor) => unlock(options, io));
  atTheDoor(program, "courier", io)
    .description("Carries roster, grants and receipts in and events out; prints a report (JSON).")
    .option("--cargo <file>", "what to carry in, and what is known: JSON")
    .action((options: AtTheDoor & { cargo?: string }) => courier(options, io));
  return program;
}

function atTheDoor(program: Command, name: string, { suite }: PhoneIo): Command {
  return program
    .command(name)
    .requiredOption("--via <way>", "ble, or tcp://HOST:PORT", asVia)
    .option("--adapter <name>", "for ble: which Bluetooth adapter", asAdapter, "hci0")
    .requiredOption("--lock <id>", "the lock's id", (text) => asHex(text, 8))
    .requiredOption("--lock-key <key>", "the lock's signing key", (text) => {
      const key = asHex(text, 33);
      if (suite.isP256PublicKey(key)) return key;
      throw new InvalidArgumentError("It is no public key.");
    })
    .requiredOption("--grant <file>", "the grant as its issuer gave it: base64")
    .requiredOption("--key <file>", "the bearer's private key");
}

async function unlock(options: AtTheDoor, io: PhoneIo): Promise<void> {
  const bearer = readBearer(options, io);
  const outcome = await withSession(options, io, (session) => giveOrder(io, session, bearer, Action.unlock));
  if (outcome.kind !== "done") throw notDone(outcome);
  io.out(`Lock ${toHex(options.lock)} is unlocked (event ${outcome.seq}).`);
}

async function courier(options: AtTheDoor & { cargo?: string }, io: PhoneIo): Promise<void> {
  const bearer = readBearer(options, io);
  const cargo = options.cargo === undefined ? {} : readCargoFile(options.cargo, io);
  const report = await withSession(options, io, (session) => serveAsCourier(io, session, bearer, cargo));
  if (report.kind !== "served") throw notDone(report);
  io.out(writeReport(report));
  const { roster } = report;
  if (roster?.kind !== "refused") return;
  throw new CliError(
    ExitCode.refusedByLock,
    `the lock refuses the roster (${roster.command}): ${reasonName(roster.reason)}`,
  );
}

async function withSession<T>(options: AtTheDoor, io: PhoneIo, work: (session: PassSession) => Promise<T>): Promise<T> {
  // A lock is found by the id that it advertises.
  const via = options.via === "ble" ? `ble:${toHex(options.lock)}` : options.via;
  const carrier = await io.connect(via, options.adapter);
  try {
    const session = await PassSession.open(io, carrier, { lockId: options.lock, sigPk: options.lockKey });
    return await work(session).finally(() => session.end());
  } finally {
    await carrier.close();
  }
}

function readBearer({ key, grant }: AtTheDoor, { suite, random }: PhoneIo): Bearer {
  if (!existsSync(key)) throw wrongFile(`${key} is not there: make it with portvakt-phone key ${key}`);
  const document = fromBase64(readText(grant));
  if (!parseGrant(suite, document).ok) throw wrongFile(`${grant} holds no grant (base64)`);
  return { key: loadKeyFile(key, suite, random), grant: document };
}

function readCargoFile(path: string, { suite }: PhoneIo): Cargo {
  const cargo = readCargo(suite, readText(path));
  if (!cargo) throw wrongFile(`${path} holds no cargo: {"roster":{"roster","grants"},"receipts","known"}`);
  return cargo;
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error) throw wrongFile(`${path} can not be read (${error.code})`);
    throw error;
  }
}

function wrongFile(message: string): CliError {
  return new CliError(ExitCode.usage, message);
}

function notDone(outcome: Exclude<OrderOutcome, { kind: "done" }>): CliError {
  if (outcome.kind === "refused")
    return new CliError(ExitCode.refusedByLock, `the lock refuses: ${reasonName(outcome.reason)}`);
  return new CliError(
    ExitCode.outcomeUnknown,
    `it is not known whether the lock did it; its log knows (${outcome.why.message})`,
  );
}

function asHex(text: string, length: number): Uint8Array {
  if (new RegExp(`^[0-9a-f]{${2 * length}}$`, "i").test(text)) return fromHex(text);
  throw new InvalidArgumentError(`It has ${2 * length} hexadecimal digits.`);
}

function asVia(text: string): string {
  if (text === "ble") return text;
  try {
    const via = parseVia(text);
    if (via.kind === "tcp") return formatVia(via);
  } catch (error) {
    if (!(error instanceof ViaError)) throw error;
  }
  throw new InvalidArgumentError("Write ble, or tcp://HOST:PORT, for example tcp://127.0.0.1:7001.");
}

function asAdapter(text: string): string {
  if (/^hci\d{1,3}$/.test(text)) return text;
  throw new InvalidArgumentError("Write a name like hci0.");
}

function explain(error: unknown, io: PhoneIo): ExitCode {
  // Commander has printed its message already; help ends this way too.
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
  const { exitCode, message } = inWords(error);
  io.err(`portvakt-phone: ${message}`);
  return exitCode;
}

function inWords(error: unknown): CliError {
  if (error instanceof CliError) return error;
  if (error instanceof KeyFileError) return new CliError(ExitCode.usage, error.message);
  if (error instanceof TransportError) return new CliError(ExitCode.lockUnreachable, error.message);
  if (error instanceof RefusedByPeer) return new CliError(ExitCode.lockUnreachable, "the lock is busy: try again");
  if (!(error instanceof ProtocolError)) throw error;
  const isOther = error.code === "wrong-lock" || error.code === "wrong-signature";
  return new CliError(
    ExitCode.failed,
    isOther ? "another lock answers: nothing was shown to it" : `the lock's answer is not good: ${error.message}`,
  );
}
