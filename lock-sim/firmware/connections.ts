import type { Secret } from "../../crypto/secret.ts";
import type { PairAwaitingP3 } from "../../protocol/session/pair.ts";
import type { ResumeAwaitingS2 } from "../../protocol/session/resume.ts";
import { type SecureChannel, wipeChannel } from "../../protocol/session/secure-channel.ts";
import { wipe } from "../../protocol/session/wipe.ts";
import type { CarrierKind } from "../hal.ts";
import type { Challenge } from "./challenge.ts";

const CONNECTIONS_MAX = 32;

/** One per connection; it lives in RAM only (protocol.md §3, §5). */
export type Session =
  | { kind: "none" }
  /** O2 has been sent, but no C has verified: the gateway may be a replay. */
  | { kind: "opened"; slot: number; channel: SecureChannel; rms: Secret }
  | { kind: "slot"; slot: number; channel: SecureChannel }
  /** A bearer; `isCourier` after an order of action 7. */
  | {
      kind: "pass";
      channel: SecureChannel;
      challenge: Challenge;
      isCourier: boolean;
      acceptedAtMs: number | undefined;
    };

/** A request whose reply waits for the bolt. */
export type Waiting =
  | { kind: "command"; challenge: Challenge }
  | { kind: "resume"; challenge: Challenge; slot: number; state: ResumeAwaitingS2 };

export interface Connection {
  readonly id: number;
  readonly carrier: CarrierKind;
  /** Uptime when the far end last proved to be a paired gateway or a courier; at first, when it connected. */
  provenAtMs: number;
  session: Session;
  /** Keys between P2 and P3, and the slot that P2 named. */
  pairing: { slot: number; state: PairAwaitingP3 } | undefined;
  /** The last request and what it got; a resend of the same bytes gets the same (protocol.md §10). */
  lastRequest: Uint8Array | undefined;
  storedReply: Uint8Array | undefined;
  waiting: Waiting | undefined;
}

/** Everything the lock remembers of its connections. */
export class Connections {
  readonly #byId = new Map<number, Connection>();

  /** False if there is no room for one more. */
  open(id: number, carrier: CarrierKind, nowMs: number): boolean {
    this.close(id);
    if (this.#byId.size >= CONNECTIONS_MAX) return false;
    this.#byId.set(id, {
      id,
      carrier,
      provenAtMs: nowMs,
      session: { kind: "none" },
      pairing: undefined,
      lastRequest: undefined,
      storedReply: undefined,
      waiting: undefined,
    });
    return true;
  }

  close(id: number): void {
    const connection = this.#byId.get(id);
    if (!connection) return;
    endSession(connection);
    endPairing(connection);
    this.#byId.delete(id);
  }

  get(id: number): Connection | undefined {
    return this.#byId.get(id);
  }

  all(): Iterable<Connection> {
    return this.#byId.values();
  }

  /** The slot's gateway is another now, or none: whatever was open under its keys ends. */
  endSessionsOf(slot: number): void {
    for (const connection of this.#byId.values()) if (slotOf(connection) === slot) endSession(connection);
  }

  /** Pairing mode is over. */
  endPairings(): void {
    for (const connection of this.#byId.values()) endPairing(connection);
  }
}

/** Whose keys the connection's session, or a reply that waits, is under. */
function slotOf({ session, waiting }: Connection): number | undefined {
  if (session.kind === "opened" || session.kind === "slot") return session.slot;
  return waiting?.kind === "resume" ? waiting.slot : undefined;
}

/** Forgets the session's keys, and a reply that was waiting to be sealed with them. */
export function endSession(connection: Connection): void {
  const { session, waiting } = connection;
  if (session.kind !== "none") wipeChannel(session.channel);
  if (session.kind === "opened") session.rms.wipe();
  if (waiting?.kind === "resume") wipe(waiting.state);
  connection.session = { kind: "none" };
  connection.waiting = undefined;
}

/** A message that succeeded replaces the session. */
export function startSession(connection: Connection, session: Session): void {
  endSession(connection);
  connection.session = session;
}

export function endPairing(connection: Connection): void {
  if (connection.pairing) wipe(connection.pairing.state);
  connection.pairing = undefined;
}
