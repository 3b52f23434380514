/** What a signature covers and says of itself (RFC 9421 §2.3, §4.1). */
export interface SignatureInput {
  label: string;
  /** Field names in lower case and derived components like `@method`, in the order in which they are signed. */
  components: readonly string[];
  /** As they stand in Signature-Input, from the opening parenthesis on: the value of `@signature-params`. */
  params: string;
  /** Seconds since 1970 UTC. */
  created: number;
  expires?: number;
  nonce: string;
  keyId: string;
  alg?: string;
}

/** Visible ASCII without quotes, commas and backslashes: no more of RFC 8941 than signers write. */
const TEXT = '"[!#-+\\--\\[\\]-~]*"';
const COMPONENT = '"@?[a-z][a-z0-9-]*"';
const PARAMETER = `;([a-z]+)=(\\d{1,15}|${TEXT})`;
const LABEL = "([a-z][a-z0-9_.-]{0,63})";
const INPUT = new RegExp(`^${LABEL}=(\\(((?:${COMPONENT}(?: ${COMPONENT})*)?)\\)((?:${PARAMETER})*))$`);
const KNOWN = ["created", "expires", "nonce", "keyid", "alg", "tag"];
const SIGNATURE = new RegExp(`^${LABEL}=:([A-Za-z0-9+/]+={0,2}):$`);
const SIGNATURE_BYTES = 64;
const NONCE = /^.{8,128}$/;

/** Undefined for anything but one signature with components, created, nonce and keyid, each once and of its kind. */
export function parseSignatureInput(header: string): SignatureInput | undefined {
  const [, label = "", params = "", covered = "", parameters = ""] = INPUT.exec(header.trim()) ?? [];
  if (label === "") return undefined;
  const components = covered.split(" ").map((quoted) => quoted.slice(1, -1));
  const said = new Map<string, number | string>();
  for (const [, name = "", value = ""] of parameters.matchAll(new RegExp(PARAMETER, "g"))) {
    if (said.has(name) || !KNOWN.includes(name)) return undefined;
    said.set(name, value.startsWith('"') ? value.slice(1, -1) : Number(value));
  }
  if (new Set(components).size < components.length) return undefined;
  const [created, expires, nonce, keyId, alg] = KNOWN.map((name) => said.get(name));
  if (typeof created !== "number" || typeof nonce !== "string" || typeof keyId !== "string") return undefined;
  if (!NONCE.test(nonce) || typeof expires === "string" || typeof alg === "number") return undefined;
  return {
    label,
    components,
    params,
    created,
    nonce,
    keyId,
    ...(expires !== undefined && { expires }),
    ...(alg !== undefined && { alg }),
  };
}

/** The 64 bytes under the label; undefined if the header is anything else. */
export function parseSignature(header: string, label: string): Uint8Array | undefined {
  const [, found, base64 = ""] = SIGNATURE.exec(header.trim()) ?? [];
  const bytes = new Uint8Array(Buffer.from(base64, "base64"));
  return found === label && bytes.length === SIGNATURE_BYTES ? bytes : undefined;
}
