import { RequestRefused } from "../../gateway/api/services.ts";
import type { GrantRequest } from "../../gateway/rights/grant-request.ts";
import { toHex } from "../../protocol/wire/bytes.ts";
import type { BackendIssuer } from "./backend-issuer.ts";
import { type Answer, good, membersOf, problem } from "./http-answer.ts";

/**
 * What people ask of the issuer at a backend.
 *
 * - `GET /v1/issuer` shows its id and its public key, which its gateways are configured with.
 * - `POST /v1/grants {"name", "locks", "rights", …}` makes a grant for somebody whose key is made and kept here; `DELETE
 *   /v1/grants/{id}` revokes it.
 * - `GET /v1/locks/{lockId}/report` shows what the lock's gateway last said of it.
 * - `POST /v1/locks/{lockId}/orders {"grantId"}` signs that person's order to unlock, over the challenge last reported.
 */
export class IssuerRoutes {
  readonly #issuer: BackendIssuer;

  constructor(issuer: BackendIssuer) {
    this.#issuer = issuer;
  }

  /** `request` is method and path. Undefined if it is none of these. */
  async answer(request: string, json: unknown): Promise<Answer | undefined> {
    const [, method = "", lockId, what] =
      /^(GET|POST) \/v1\/locks\/([0-9a-f]{16})\/(report|orders)$/.exec(request) ?? [];
    if (lockId !== undefined && `${method} ${what}` === "GET report") return this.#report(lockId);
    if (lockId !== undefined && `${method} ${what}` === "POST orders") return this.#order(lockId, json);
    const [, revoked] = /^DELETE \/v1\/grants\/([0-9a-f]{16})$/.exec(request) ?? [];
    if (revoked !== undefined) return this.#revoke(revoked);
    if (request === "POST /v1/grants") return this.#grant(json);
    if (request === "GET /v1/issuer") return this.#show();
    return undefined;
  }

  #show(): Answer {
    const { issuerId, publicKey } = this.#issuer.office;
    return good({ issuerId, publicKey: toHex(publicKey) });
  }

  #report(lockId: string): Answer {
    const report = this.#issuer.report(lockId);
    return report ? good(report) : problem(404, `no gateway has reported lock ${lockId}`);
  }

  #order(lockId: string, json: unknown): Answer {
    const { grantId } = membersOf(json);
    const challenge = this.#issuer.report(lockId)?.challenge?.value;
    if (challenge === undefined) return problem(409, `no gateway has told the challenge of lock ${lockId}`);
    const order = this.#issuer.unlockOrder(String(grantId), lockId, challenge);
    return order
      ? good({ order: Buffer.from(order).toString("base64") })
      : problem(404, "the key of that grant is not here");
  }

  async #grant(json: unknown): Promise<Answer> {
    try {
      // It is a rig: what asks is ours, and what is wrong with it the grants' own code says.
      return good({ id: await this.#issuer.grantByKey(json as Omit<GrantRequest, "with">) });
    } catch (error) {
      if (error instanceof RequestRefused) return problem(400, error.message);
      throw error;
    }
  }

  async #revoke(id: string): Promise<Answer> {
    return (await this.#issuer.office.rights.grants.revoke(id))
      ? good({ id })
      : problem(404, `there is no grant ${id}`);
  }
}
