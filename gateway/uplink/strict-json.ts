import { UINT_MAX } from "../../protocol/wire/cbor-shape.ts";

/** JSON of another shape than agreed. The message names the place, without a full stop. */
export class MalformedJson extends Error {
  override readonly name = "MalformedJson";
}

/** All functions here throw MalformedJson; `where` names the value in its message. Members that are not `known` are refused. */
export function membersOf<Name extends string>(json: unknown, where: string, known: readonly Name[]) {
  if (typeof json !== "object" || json === null || Array.isArray(json))
    throw new MalformedJson(`${where} is no object`);
  const stranger = Object.keys(json).find((key) => !(known as readonly string[]).includes(key));
  if (stranger !== undefined) throw new MalformedJson(`${where} has a member ${JSON.stringify(stranger.slice(0, 40))}`);
  return json as Partial<Record<Name, unknown>>;
}

export function listOf<T>(
  json: unknown,
  where: string,
  itemsMax: number,
  itemOf: (json: unknown, where: string) => T,
): T[] {
  if (!Array.isArray(json)) throw new MalformedJson(`${where} is no list`);
  if (json.length > itemsMax) throw new MalformedJson(`${where} has more than ${itemsMax} items`);
  return json.map((item, index) => itemOf(item, `${where}[${index}]`));
}

export function textOf(json: unknown, where: string, charactersMax: number): string {
  if (typeof json === "string" && json !== "" && json.length <= charactersMax) return json;
  throw new MalformedJson(`${where} is no text of 1 to ${charactersMax} characters`);
}

/** 8 bytes: the id of a lock, a grant or an issuer. */
export function idOf(json: unknown, where: string): string {
  if (typeof json === "string" && /^[0-9a-f]{16}$/.test(json)) return json;
  throw new MalformedJson(`${where} is not 16 lower-case hexadecimal digits`);
}

export function uintOf(json: unknown, where: string): number {
  if (typeof json === "number" && Number.isInteger(json) && json >= 0 && json <= UINT_MAX) return json;
  throw new MalformedJson(`${where} is no whole number from 0 to ${UINT_MAX}`);
}

/** Base64 of at least one byte. */
export function bytesOf(json: unknown, where: string, bytesMax: number): Uint8Array {
  const bytes = Buffer.from(typeof json === "string" ? json : "", "base64");
  // Buffer takes any text; only what is written the one right way comes out as it went in.
  if (bytes.length === 0 || bytes.toString("base64") !== json) throw new MalformedJson(`${where} is not base64`);
  if (bytes.length > bytesMax) throw new MalformedJson(`${where} has more than ${bytesMax} bytes`);
  return new Uint8Array(bytes);
}
