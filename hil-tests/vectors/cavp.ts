import { fromHex } from "../../protocol/wire/bytes.ts";
import { checkDoesNotOpen, checkSealsAndOpens } from "./ccm.ts";
import { OTHER_AES_KEY, type Vector } from "./vector.ts";

type Fields = ReadonlyMap<string, string>;

/** Response files of NIST CAVS 11.0 for AES-CCM: VADT, VNT, VPT and VTT seal and open; DVPT opens or refuses. */
export function readCavp(path: string, text: string): Vector[] | undefined {
  if (!/^(DVPT|VADT|VNT|VPT|VTT)\d+\.rsp$/.test(path)) return undefined;
  return records(text).map(vector);
}

/** One map for each `Count`: its own fields and those that stand above it for all that follow. */
function records(text: string): Fields[] {
  const shared = new Map<string, string>();
  const found: Fields[] = [];
  for (const block of text.split(/(?:\r?\n){2,}/)) {
    const fields = [...block.matchAll(/(\w+) = (\w+)/g)].map(([, name, value]) => [name!, value!] as const);
    if (fields[0]?.[0] === "Count") found.push(new Map([...shared, ...fields]));
    else for (const [name, value] of fields) shared.set(name, value);
  }
  return found;
}

function vector(fields: Fields): Vector {
  const name = `count ${fields.get("Count")}`;
  const packet = {
    key: bytes(fields, "Key"),
    nonce: bytes(fields, "Nonce"),
    aad: bytes(fields, "Adata").subarray(0, number(fields, "Alen")),
    sealed: bytes(fields, "CT"),
    tagBytes: number(fields, "Tlen"),
  };
  if (packet.key.length !== 16) return { kind: "skip", name, why: OTHER_AES_KEY };
  if (fields.get("Result") === "Fail") {
    return { kind: "check", name, check: (implementation) => checkDoesNotOpen(implementation, packet) };
  }
  // Of no bytes at all the files write "00", and the length says what is meant.
  const text = bytes(fields, "Payload").subarray(0, number(fields, "Plen"));
  return { kind: "check", name, check: (implementation) => checkSealsAndOpens(implementation, packet, text) };
}

function bytes(fields: Fields, name: string): Uint8Array {
  return fromHex(field(fields, name));
}

function number(fields: Fields, name: string): number {
  return Number(field(fields, name));
}

function field(fields: Fields, name: string): string {
  const value = fields.get(name);
  if (value === undefined) throw new Error(`count ${fields.get("Count")} has no ${name}`);
  return value;
}
