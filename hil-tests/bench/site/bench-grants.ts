import type { Suite } from "../../../crypto/suite.ts";
import type { Issuer } from "../../../gateway/issuer/issuer.ts";
import type { GrantRow } from "../../../gateway/store/grant-store.ts";
import type { Clock } from "../../../protocol/clock.ts";
import { Right } from "../../../protocol/documents/grant.ts";
import type { Random } from "../../../protocol/random.ts";
import { fromHex, toHex } from "../../../protocol/wire/bytes.ts";

const ID_BYTES = 8;
const YEAR_SECONDS = 365 * 86_400;

/** Grants as an issuer makes them, each for a key of its own. */
export class BenchGrants {
  /** Those for locks by name, in order of their making. */
  readonly residents: GrantRow[] = [];
  readonly #random: Random;
  readonly #issuer: Issuer;
  readonly #clock: Clock;
  readonly #bearerKey: Uint8Array;

  constructor(suite: Suite, random: Random, issuer: Issuer, clock: Clock) {
    this.#random = random;
    this.#issuer = issuer;
    this.#clock = clock;
    this.#bearerKey = suite.p256PublicKey(suite.p256PrivateKey((length) => random.bytes(length)));
  }

  async make(audience: { lockIds: string[]; groupIds: string[] }): Promise<GrantRow> {
    const id = this.#random.bytes(ID_BYTES);
    const subject = this.#random.bytes(ID_BYTES);
    const issuedAt = Math.floor(this.#clock.wallMs() / 1_000);
    const document = await this.#issuer.signGrant({
      id,
      subject,
      audience: [...audience.lockIds, ...audience.groupIds].map(fromHex),
      issuedAt,
      expires: issuedAt + YEAR_SECONDS,
      bearerKey: this.#bearerKey,
      credentials: [{ kind: "key" }],
      rights: Right.unlock | Right.lock,
    });
    const grant = {
      ...audience,
      id: toHex(id),
      subject: toHex(subject),
      document,
      issuedAt,
      content: "",
      hasPin: false,
      isCarried: false,
      isToHandOut: false,
      createdAtMs: this.#clock.wallMs(),
    };
    if (audience.lockIds.length > 0) this.residents.push(grant);
    return grant;
  }
}
