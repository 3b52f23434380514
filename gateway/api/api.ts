import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from "fastify";
import type { Suite } from "../../crypto/suite.ts";
import type { Clock } from "../../protocol/clock.ts";
import type { LockReport } from "../fleet/lock-report.ts";
import type { Rights } from "../rights/compose-rights.ts";
import type { AuditStore } from "../store/audit-store.ts";
import type { EventStore } from "../store/event-store.ts";
import type { LockStore } from "../store/lock-store.ts";
import type { OutboxStore } from "../store/outbox-store.ts";
import type { PairingStore } from "../store/pairing-store.ts";
import type { RosterStore } from "../store/roster-store.ts";
import type { SetAsideStore } from "../store/set-aside-store.ts";
import type { Services } from "./services.ts";
import type { Tokens } from "./tokens.ts";

/** Fastify, with the types of requests taken from their schemas. */
export type Api = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** What the routes work on. */
export interface ApiParts extends Services, Rights {
  version: string;
  suite: Suite;
  clock: Clock;
  locks: LockStore;
  rosters: RosterStore;
  /** How it stands with each lock, as a backend is told over the uplink. */
  reports: () => LockReport[];
  /** Keeps a receipt that an issuer elsewhere has signed for its lock, or says in a few words what is wrong with it. Rejects with StoreError. */
  takeReceipt: (document: Uint8Array) => Promise<{ lockId: string } | { lie: string }>;
  events: EventStore;
  outbox: OutboxStore;
  setAside: SetAsideStore;
  room: { readonly isShort: boolean };
  pairingRows: PairingStore;
  tokens: Tokens;
  audit: AuditStore;
  metrics: ApiMetrics;
}

/** What the daemon counts, as the API shows it and adds to it. */
export interface ApiMetrics {
  readonly contentType: string;
  text(): Promise<string>;
  /** One request was answered; `operation` is its operationId. */
  answered(operation: string, status: number): void;
}
