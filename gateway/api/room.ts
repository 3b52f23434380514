import type { Api, ApiParts } from "./api.ts";
import { ProblemError } from "./problem.ts";

/** Doors go on opening, revocations go on coming, and what is set aside is seen to; to take something away always works. */
const ALWAYS = [
  "/v1/locks/:lockId/actions",
  "/v1/locks/:lockId/orders",
  "/v1/locks/:lockId/held-roster",
  "/v1/documents",
  "/v1/lock-receipts",
  "/v1/outbox",
];

/** Refuses to write anything new where the room that is left is for events and orders. */
export function keepRoom(api: Api, { room }: Pick<ApiParts, "room">): void {
  api.addHook("onRequest", async ({ method, routeOptions }) => {
    const isNew = method === "POST" || method === "PUT";
    if (!isNew || ALWAYS.some((route) => routeOptions.url?.startsWith(route)) || !room.isShort) return;
    throw new ProblemError(
      "store-short",
      "What is left of the store's quota is for events and orders; the backend has to take some first (portvakt outbox).",
    );
  });
}
