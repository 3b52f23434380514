/** Crockford's: digits, then letters without I, L, O and U. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** Five bits to a digit, from the left; the last digit is filled up with zeros. */
export function encodeBase32(bytes: Uint8Array): string {
  let text = "";
  let pending = 0;
  let pendingBits = 0;
  for (const byte of bytes) {
    pending = (pending << 8) | byte;
    pendingBits += 8;
    while (pendingBits >= 5) {
      pendingBits -= 5;
      text += ALPHABET[pending >> pendingBits];
      pending &= (1 << pendingBits) - 1;
    }
  }
  return pendingBits === 0 ? text : text + ALPHABET[pending << (5 - pendingBits)];
}

/** The whole bytes that the digits hold, or undefined if a bit after them is not zero. Digits as `base32Digit` reads them. */
export function decodeBase32(digits: readonly number[]): Uint8Array | undefined {
  const bytes: number[] = [];
  let pending = 0;
  let pendingBits = 0;
  for (const digit of digits) {
    pending = (pending << 5) | digit;
    pendingBits += 5;
    if (pendingBits >= 8) {
      pendingBits -= 8;
      bytes.push(pending >> pendingBits);
      pending &= (1 << pendingBits) - 1;
    }
  }
  return pending === 0 ? Uint8Array.from(bytes) : undefined;
}

/** The value 0–31 of one character as people type it: either case, I and L as 1, O as 0. Undefined if it is no digit. */
export function base32Digit(character: string): number | undefined {
  if (/^[IiLl]$/.test(character)) return 1;
  if (/^[Oo]$/.test(character)) return 0;
  // ASCII alone: other letters may have a capital that is a digit here.
  const value = /^[0-9A-Za-z]$/.test(character) ? ALPHABET.indexOf(character.toUpperCase()) : -1;
  return value < 0 ? undefined : value;
}
