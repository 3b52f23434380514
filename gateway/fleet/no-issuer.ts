import { RequestRefused } from "../api/services.ts";
import type { Issuer } from "../issuer/issuer.ts";

/** Stands where a gateway's own issuer would: it signs nothing, since its key is elsewhere. Rejects with RequestRefused, `fleet-mode`. */
export function noIssuer(publicKey: Uint8Array): Issuer {
  const refuse = async (): Promise<never> => {
    throw new RequestRefused("fleet-mode", "Rights are made where the issuer is, and come here signed.");
  };
  return {
    publicKey,
    signGrant: refuse,
    signRoster: refuse,
    signReceipt: refuse,
    signTimeToken: refuse,
    signKeyChange: refuse,
    signOrder: refuse,
  };
}
