/** What a stolen gateway must never come to (protocol.md §0, and the sections that say how). */
export const PROMISES = {
  bolt: "a bolt is drawn only for a living grant and a fresh proof, once for each",
  clock: "a lock's clock stays within the bounds of hints",
  slots: "nobody is paired without a hand and the issuer's leave, and nobody unpaired without its order",
  issuer: "the issuer of a lock stays the issuer",
  memory: "a lock forgets nothing that no backend has",
  log: "no falsified log verifies",
  evidence: "what happened before the theft is still in the log a day later",
  secrets: "no secret of the site, of a person or of a label can be read",
  phone: "a bearer shows its grant to no lock but the one it means",
  stranger: "a log is read by gateways and couriers alone",
  keys: "a key for resuming ends after a day or 1,024 uses, and no counter is taken twice",
  past: "what was said before the theft stays unread",
  nonces: "no key encrypts twice under one nonce",
  others: "other gateways, and people at the door, are served as ever",
  work: "what anybody can make a lock do is bounded",
  firmware: "the firmware stays what its maker made",
} as const;

export type PromiseName = keyof typeof PROMISES;
