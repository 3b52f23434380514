import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { POINT_BYTES } from "../../../../crypto/suite.ts";
import { fromHex } from "../../../../protocol/wire/bytes.ts";
import { CliError, ExitCode } from "../../exit-code.ts";
import type { CliIo } from "../../io.ts";
import { isSignedBy, readDocument } from "../../readable-document.ts";
import { readInput } from "./read-input.ts";

/** What an issuer in another language checks itself against (protocol.md, lk1.json). */
const ISSUER_VECTORS = [
  "keys",
  "documents",
  "grants",
  "orders",
  "rosterDigest",
  "seal",
  "pin",
  "tagKey",
  "documentsRefused",
  "rostersRefused",
];

export function addShowCommands(issuer: Command, io: CliIo): void {
  issuer
    .command("show")
    .description("Makes any signed document of LK1 readable, as JSON.")
    .argument("<file>", "the document as bytes, in base64 or in hexadecimal digits; - for stdin")
    .option("--key <hex>", "and checks that this compressed point has signed it")
    .action(async (file: string, { key }: { key?: string }) => {
      const bytes = asDocument(await readInput(file, io));
      const document = readDocument(io.suite, bytes);
      if (!document) throw new CliError(ExitCode.notGenuine, "this is no document of LK1, or not a well-formed one");
      io.out(JSON.stringify(document, undefined, 2));
      if (key !== undefined && !isSignedBy(io.suite, bytes, asPoint(key, io))) {
        throw new CliError(ExitCode.notGenuine, "that key has not signed it");
      }
    });
  issuer
    .command("vectors")
    .description("Prints test vectors of all that an issuer makes, as JSON: made by an independent implementation.")
    .action(() => {
      const text = readFileSync(new URL(import.meta.resolve("#lk1-vectors")), "utf8");
      const { protocol, version, groups } = JSON.parse(text) as { groups: Record<string, unknown> } & object & {
          protocol: string;
          version: number;
        };
      const chosen = Object.fromEntries(ISSUER_VECTORS.map((name) => [name, groups[name]]));
      io.out(JSON.stringify({ protocol, version, groups: chosen }, undefined, 1));
    });
}

/** CBOR that is a tagged COSE_Sign1 begins with a byte that no text begins with. */
function asDocument(bytes: Uint8Array): Uint8Array {
  const COSE_SIGN1_TAG = 0xd2;
  if (bytes[0] === COSE_SIGN1_TAG) return bytes;
  const text = Buffer.from(bytes).toString().trim();
  return /^[0-9a-fA-F]+$/.test(text) ? fromHex(text.toLowerCase()) : new Uint8Array(Buffer.from(text, "base64"));
}

function asPoint(text: string, { suite }: CliIo): Uint8Array {
  const hex = text.toLowerCase();
  const isPoint = /^[0-9a-f]+$/.test(hex) && hex.length === 2 * POINT_BYTES && suite.isP256PublicKey(fromHex(hex));
  if (!isPoint) throw new CliError(ExitCode.usage, "--key is no compressed point on P-256 (66 hexadecimal digits)");
  return fromHex(hex);
}
