import type { DocumentCode, DocumentKind, DocumentResult } from "./bundle.ts";

/** A document is not taken. */
export interface Refusal {
  ok: false;
  result: Extract<DocumentResult, { outcome: "held" | "refused" }>;
}

export function refusal(of: { kind: DocumentKind }, id: string, code: DocumentCode, sentence: string): Refusal {
  return { ok: false, result: { kind: of.kind, id, outcome: "refused", code, sentence } };
}
