import type { Reason } from "../../protocol/wire/reason.ts";
import type { Bundle, DocumentCode, DocumentResult } from "../fleet/bundle.ts";
import type { PairingRow } from "../store/pairing-store.ts";

/** What the API asks of the rest of the daemon. */
export interface Services {
  pairings: PairingService;
  actions: ActionService;
  sync: SyncService;
  uplink: UplinkService;
  /** Absent where there is none. */
  radio?: RadioService;
  /** Absent where the gateway is its own issuer. */
  fleet?: FleetService;
}

/** A request that can not be carried out as it stands; the message is a sentence for people. */
export class RequestRefused extends Error {
  override readonly name = "RequestRefused";
  readonly code: RequestRefusedCode;
  /** The member of the request that is to blame, as in `locks[0]`; absent if it is none of them. */
  readonly field: string | undefined;

  constructor(code: RequestRefusedCode, message: string, field?: string) {
    super(message);
    this.code = code;
    this.field = field;
  }
}

export type RequestRefusedCode =
  | "label-invalid"
  | "via-invalid"
  | "pairing-running"
  | "field-invalid"
  | "unknown-lock"
  | "grant-exists"
  | "subject-in-force"
  | "grant-too-large"
  | "pin-taken"
  | "stairs-mixed"
  | "unknown-group"
  | "group-exists"
  | "group-in-use"
  | "table-full"
  | "too-many-tokens"
  | "last-admin"
  | "fleet-mode";

export interface PairingService {
  /**
   * Checks label and via, then pairs in the background; the row tells how it goes. Rejects with RequestRefused
   * (`label-invalid`, `via-invalid`, `pairing-running`) before anything is sent.
   */
  start(request: { label: string; via: string }): Promise<PairingRow>;
}

export type ActName = "unlock" | "lock" | "hold" | "end-hold";

/** How an act ended (protocol.md §9: "done" is only said when it was done). */
export type ActOutcome =
  /** Executed; `flags` and `seq` as the lock replied, or as its log says. `challenge`: as below. */
  | { kind: "done"; flags: number; seq: number; challenge?: Uint8Array }
  /** The lock decided against it. `challenge`: what the next order has to be signed over, where somebody else signs it. */
  | { kind: "refused"; reason: Reason; challenge?: Uint8Array }
  /** Nothing reached the lock, or it certainly did nothing; `message` says what was tried. */
  | { kind: "unreachable"; message: string }
  /** It may have been executed, and the lock can not be asked now; its log will tell. */
  | { kind: "unknown"; message: string };

export interface ActionService {
  /** Settles when the outcome is known, or can not be known for now. The lock is a paired one. */
  act(lockId: string, action: ActName): Promise<ActOutcome>;
  /** Has the lock decide on an order that somebody else has signed, with the grant that it shows if the lock has it not. */
  carry(lockId: string, order: Uint8Array, grant?: Uint8Array): Promise<ActOutcome>;
  /** Has the lock name the challenge that the next order has to be signed over. */
  challenge(lockId: string): Promise<ChallengeAnswer>;
}

export type ChallengeAnswer =
  /** Of the gateway's slot, 8 bytes. */
  { kind: "known"; slot: number; challenge: Uint8Array; atMs: number } | { kind: "unreachable"; message: string };

/** Why it stands with a lock as it does, for programs: the sentence beside it says it to people. */
export type SyncReason =
  /** Roster, events and clock are as they shall be. */
  | "in-step"
  /** Since the start of the daemon it has not been asked yet. */
  | "not-asked"
  /** The issuer has sent no roster for it yet. */
  | "no-roster"
  /** A roster for it takes away so much that a person has to say yes. */
  | "held"
  /** Its roster is on the way. */
  | "sending"
  /** It can not be reached now. */
  | "waiting-for-contact"
  /** It is there, but does not answer to the keys that are here. */
  | "keys-unknown"
  /** It says that it is not paired with this gateway (any more). */
  | "not-paired"
  /** It refuses a step; `refusal` says why. */
  | "refused"
  /** It has a roster that was not made here, and was overwritten too often already. */
  | "changed-elsewhere"
  /** Its log is not the one that is here already, or does not hold. */
  | "log-disagrees"
  /** It contradicts itself, or what answers is not the lock. */
  | "not-trusted"
  /** The gateway's disk takes nothing. */
  | "disk-trouble";

/** Wanted against reported, for people. */
export interface SyncStatus {
  state: "in-step" | "working" | "waiting" | "stopped";
  reason: SyncReason;
  /** One sentence: why it is not in step, or that it is. */
  sentence: string;
  /** The lock's reason for refusing, as in `table-full`. */
  refusal?: string;
  /** Grants put and dropped of those that its roster takes; there from the first one until the lock has the roster. */
  progress?: { done: number; of: number };
  /** When the lock last answered; absent if not since the start. */
  lastContactAtMs?: number;
  /** When it will be tried again, if it waits. */
  nextTryAtMs?: number;
  /** How far the lock's clock is ahead of the gateway's, give or take; absent until measured, or if the gateway's own is not set. */
  clockError?: { seconds: number; boundSeconds: number };
  /**
   * How long ago the lock last confirmed that it has the roster that was wanted at that moment: what was revoked since may
   * still open it. Absent until it has.
   */
  revocationAgeSeconds?: number;
  /** From then on the roster that it confirmed lets only essential grants in; seconds since 1970, absent if that never comes. */
  staleAfter?: number;
  /** The last roster that it had and nobody here had made. */
  foreignRoster?: ForeignRoster;
}

export interface ForeignRoster {
  epoch: number;
  digest: Uint8Array;
  /** When it was first seen. */
  atMs: number;
  /** How often such a roster has been overwritten since a person or the issuer decided. */
  renewals: number;
}

export interface SyncService {
  /** Undefined for a lock that nobody looks after yet. */
  status(lockId: string): SyncStatus | undefined;
  /** A person has looked: what this lock has from elsewhere may be overwritten. The lock is a paired one. */
  approve(lockId: string): Promise<void>;
  /** A person has looked: the machine's clock is right, whatever locks say. */
  approveTime(): void;
}

/** What comes down from an issuer elsewhere, and what that has to know. */
export interface FleetService {
  /** Judges a bundle and keeps what is good of it; what is accepted is on the disk. Rejects with StoreError. */
  take(bundle: Bundle): Promise<DocumentResult[]>;
  /** Counts a bundle that could not be read; `trouble` is a sentence without its full stop. */
  unreadable(trouble: string): DocumentResult[];
  /** A roster of this lock that waits for a person, since it takes away so many of its grants. */
  held(lockId: string): HeldRoster | undefined;
  /** Lets it through. Undefined if none is held. */
  approveHeld(lockId: string): Promise<DocumentResult | undefined>;
  /** Throws it away, and resolves with what it was. */
  discardHeld(lockId: string): Promise<HeldRoster | undefined>;
  /** Why this lock's last roster was not taken; undefined if it was, and after a start. */
  refused(lockId: string): { code: DocumentCode; sentence: string } | undefined;
  /** The challenge over which the lock wants to be told the time, if it does. */
  timeWish(lockId: string): { challenge: Uint8Array; sinceMs: number } | undefined;
  /** The issuer that this gateway listens to. */
  issuer(): FleetIssuer;
  /** Listens to whichever issuer that has the right key speaks next. */
  unpinIssuer(): Promise<void>;
}

export interface HeldRoster {
  epoch: number;
  revokes: number;
  /** How many grants the lock is to have until then. */
  of: number;
  heldAtMs: number;
}

export interface FleetIssuer {
  gatewayId: string;
  /** Absent until one has been heard. */
  issuerId?: string;
  /** In hex, oldest first; the last is what a lock gets that is paired now. */
  publicKeys: string[];
}

export interface RadioService {
  /** Each Bluetooth adapter that is in use, and why it can not be used, in a sentence; none until a lock on Bluetooth is asked for. */
  adapters(): { name: string; trouble?: string }[];
}

export interface UplinkStatus {
  state: "none" | "delivering" | "waiting";
  /** One sentence. */
  sentence: string;
}

export interface UplinkService {
  status(): UplinkStatus;
  /** What the backend said since the start that could not be true. */
  readonly lies: number;
  /** There may be events of this lock to deliver. */
  poke(lockId: string): void;
}
