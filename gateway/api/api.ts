import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from "fastify";
import type { Clock } from "../../protocol/clock.ts";
import type { Grants } from "../grants.ts";
import type { EventStore } from "../store/event-store.ts";
import type { LockStore } from "../store/lock-store.ts";
import type { PairingStore } from "../store/pairing-store.ts";
import type { RosterStore } from "../store/roster-store.ts";
import type { Services } from "./services.ts";

/** Fastify, with the types of requests taken from their schemas. */
export type Api = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** What the routes work on. */
export interface ApiParts extends Services {
  version: string;
  clock: Clock;
  locks: LockStore;
  rosters: RosterStore;
  events: EventStore;
  pairingRows: PairingStore;
  grants: Grants;
}
