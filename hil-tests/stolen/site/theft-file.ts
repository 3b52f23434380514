import { deserialize, serialize } from "node:v8";
import { Secret } from "../../../crypto/secret.ts";
import type { Theft } from "./theft.ts";

/** Stands for a secret in a file. */
interface PackedSecret {
  readonly secretBytes: Uint8Array;
}

/** A theft as bytes, so that other processes can try attacks on it. Its secrets are in them: for a simulation's alone. */
export function packTheft(theft: Theft): Uint8Array {
  return serialize(pack(theft));
}

export function unpackTheft(bytes: Uint8Array): Theft {
  return unpack(deserialize(bytes)) as Theft;
}

function pack(value: unknown): unknown {
  if (value instanceof Secret) return { secretBytes: value.reveal().slice() } satisfies PackedSecret;
  return mapMembers(value, pack);
}

function unpack(value: unknown): unknown {
  if (isPackedSecret(value)) return new Secret(Uint8Array.from(value.secretBytes));
  return mapMembers(value, unpack);
}

function mapMembers(value: unknown, map: (member: unknown) => unknown): unknown {
  // Of a Buffer, serialize would give back a Buffer, which differs from other bytes in what slice does.
  if (value instanceof Uint8Array) return Uint8Array.from(value);
  if (value instanceof Map) return new Map([...value].map(([key, member]) => [key, map(member)]));
  if (Array.isArray(value)) return value.map(map);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, map(member)]));
}

function isPackedSecret(value: unknown): value is PackedSecret {
  return typeof value === "object" && value !== null && "secretBytes" in value;
}
