import type { ActName, ActOutcome } from "../../gateway/api/services.ts";
import type { EndStop } from "../../lock-sim/hal.ts";
import type { Action, OrderClaims } from "../../protocol/documents/order.ts";
import type { Receipt } from "../../protocol/documents/receipt.ts";
import type { RosterClaims } from "../../protocol/documents/roster.ts";
import type { TimeToken } from "../../protocol/documents/time-token.ts";
import type { LogRecord } from "../../protocol/log/record.ts";
import type { FaultKind } from "./faults/kinds.ts";

export type Sender = "gateway" | "phone" | "attacker" | "lock";

/** Everything that happens in a world and that somebody may want to judge: what invariants see, and what the trace is made of. */
export type Happening =
  /** A frame is put on the way, whatever becomes of it. */
  | { kind: "frame"; lock: number; by: Sender; bytes: Uint8Array }
  | { kind: "fault"; fault: FaultKind; lock?: number; site?: number }
  /** The lock's log has grown. */
  | { kind: "record"; lock: number; generation: number; record: LogRecord; bytes: Uint8Array }
  | { kind: "motor"; lock: number; to: EndStop }
  /** A hand has turned the bolt from the inside; where it is afterwards. */
  | { kind: "hand"; lock: number; to: EndStop; position: EndStop | "between" }
  /** The same a moment later, if no hand has turned it again. */
  | { kind: "after-hand"; lock: number; to: EndStop; position: EndStop | "between" }
  | { kind: "power"; lock: number; isOn: boolean }
  /** A person held something to the door that belongs to these grants (hex), or to none. */
  | { kind: "shown"; lock: number; credential: "pin" | "tag"; grants: readonly string[] }
  | { kind: "order-signed"; lock: number; by: "operator" | "phone" | "issuer"; claims: OrderClaims }
  /** The order itself, as it goes out. */
  | { kind: "order-issued"; lock: number; document: Uint8Array }
  /** Somebody asks the gateway's API to act. Requests at one lock follow one another. */
  | { kind: "asked"; lock: number; act: ActName; request: number }
  | { kind: "answered"; lock: number; request: number; outcome: ActOutcome }
  | { kind: "grant-issued"; site: number; document: Uint8Array }
  | { kind: "grant-revoked"; site: number; grant: string }
  | { kind: "roster-signed"; site: number; claims: RosterClaims }
  | { kind: "roster-issued"; lock: number; epoch: number; document: Uint8Array }
  | { kind: "receipt-signed"; lock: number; claims: Receipt }
  | { kind: "time-signed"; lock: number; claims: TimeToken; document: Uint8Array }
  | { kind: "paired"; lock: number; isDone: boolean }
  | { kind: "gateway"; site: number; what: "started" | "stopped" | "killed" | "restored" | "backed-up" }
  /** The backend has taken an event of the lock, or refuses it though it believes nobody. */
  | { kind: "delivered"; lock: number; id: string; isNews: boolean }
  | { kind: "not-taken"; lock: number; id: string; why: string }
  /** What something that must stay bounded has come to. */
  | { kind: "size"; of: "timers" | "database" | "channels"; where: string; size: number; limit: number }
  /** Something in the product gave up that has no right to. */
  | { kind: "crashed"; where: string; why: string };

export type HappeningKind = Happening["kind"];
export type { Action };
