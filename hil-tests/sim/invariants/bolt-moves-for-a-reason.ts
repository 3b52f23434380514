import { type GrantClaims, Right } from "../../../protocol/documents/grant.ts";
import { Action, type OrderClaims } from "../../../protocol/documents/order.ts";
import { type LogRecord, NO_SLOT, RecordFlag, RecordType } from "../../../protocol/log/record.ts";
import { toHex } from "../../../protocol/wire/bytes.ts";
import type { Happening } from "../happening.ts";
import type { OrderBook } from "../oracle/order-book.ts";
import type { Truth } from "../oracle/truth.ts";
import type { Invariant } from "./invariant.ts";

/** Credentials count together for 15 s (protocol.md §7); a lock's own quartz may see it as a little less. */
const SHOWN_FOR_MS = 15_100;
const NO_REF = "0".repeat(16);

interface Shown {
  credential: "pin" | "tag" | "key";
  grants: readonly string[];
  atMs: number;
}

interface LockState {
  shown: Shown[];
  /** Whether the motor may draw the bolt: an INTENT that says so has just been written. */
  mayDraw: boolean;
  /** The motor was throwing the bolt, so it may turn back for a door that came open. */
  isThrowing: boolean;
  /** Of when power went, until the boot record: what is told in between was written before that. */
  atOff: { atMs: number; shown: number } | undefined;
  /** Accepted uses by grant, in this generation. */
  uses: Map<string, number>;
}

/**
 * protocol.md §0: a bolt moves for exactly one reason, a grant in force and a fresh proof. Every INTENT must stand on an order that
 * a bearer signed for this lock and that was never used before, or on what was shown at the door, under a grant that the issuer
 * has put into the table which the lock goes by.
 */
export class BoltMovesForAReason implements Invariant {
  readonly name = "a bolt moves only under a grant in force with a fresh proof, at most once per order";
  readonly #truth: Truth;
  readonly #orders: OrderBook;
  readonly #locks = new Map<number, LockState>();

  constructor(truth: Truth, orders: OrderBook) {
    this.#truth = truth;
    this.#orders = orders;
  }

  see(happening: Happening, atMs: number): string | undefined {
    switch (happening.kind) {
      case "shown":
        this.#state(happening.lock).shown.push({ ...happening, atMs });
        return undefined;
      case "power":
        this.#power(this.#state(happening.lock), happening.isOn, atMs);
        return undefined;
      case "motor":
        return this.#motor(happening.lock, happening.to);
      case "record":
        return this.#record(happening.lock, happening.record, atMs);
      default:
        return undefined;
    }
  }

  #power(state: LockState, isOn: boolean, atMs: number): void {
    state.mayDraw = false;
    if (!isOn) state.atOff = { atMs, shown: state.shown.length };
  }

  #motor(lock: number, to: "thrown" | "drawn"): string | undefined {
    const state = this.#state(lock);
    const mayDraw = state.mayDraw || state.isThrowing;
    state.isThrowing = to === "thrown";
    if (to === "thrown" || mayDraw) return undefined;
    return `the motor of lock ${lock} draws the bolt, and no INTENT says why`;
  }

  #record(lock: number, record: LogRecord, atMs: number): string | undefined {
    const state = this.#state(lock);
    switch (record.type) {
      case RecordType.factoryReset:
        state.uses.clear();
        return undefined;
      case RecordType.boot:
        state.atOff = undefined;
        return undefined;
      case RecordType.done:
        state.mayDraw = false;
        return undefined;
      case RecordType.intent: {
        const trouble = this.#intent(lock, state, record, state.atOff?.atMs ?? atMs);
        return trouble && `lock ${lock} accepted what it must not (record ${record.seq}): ${trouble}`;
      }
      default:
        return undefined;
    }
  }

  #intent(lock: number, state: LockState, record: LogRecord, atMs: number): string | undefined {
    const action = record.result as Action;
    const ref = toHex(record.ref);
    const grant = toHex(record.aux);
    state.mayDraw = action === Action.unlock || action === Action.hold;
    const isAtDoor = record.slot === NO_SLOT && ref === NO_REF;
    const order = isAtDoor ? undefined : this.#orders.take(lock, ref);
    if (!isAtDoor) {
      if (typeof order === "string") return order;
      const trouble = order && checkOrder(order, record, grant);
      if (trouble) return trouble;
    }
    // Actions 5 and 6 are the issuer's own word; there is no grant.
    if (action === Action.allowPairing || action === Action.unpair) return undefined;
    const isCarried = record.slot === NO_SLOT && !isAtDoor;
    const claims =
      this.#truth.inForce(lock)?.grants.get(grant) ?? (isCarried ? this.#truth.carried(lock, grant) : undefined);
    const shown = kindsShown(takeShown(state), grant, atMs, isAtDoor);
    if (!claims) return `grant ${grant} is not in the table that the issuer has signed`;
    return (
      this.#checkStale(lock, claims, record) ??
      checkClaims(claims, action, record) ??
      checkProof(claims, shown) ??
      this.#countUse(state, grant, claims)
    );
  }

  #checkStale(lock: number, claims: GrantClaims, record: LogRecord): string | undefined {
    const { staleAfter } = this.#truth.inForce(lock)!;
    const isUncertain = (record.flags & RecordFlag.timeUncertain) !== 0;
    const isStale = staleAfter !== 0 && (isUncertain || record.time >= staleAfter);
    if (isStale && (claims.rights & Right.essential) === 0) return "the roster is stale and the grant not essential";
    return undefined;
  }

  #countUse(state: LockState, grant: string, claims: GrantClaims): string | undefined {
    const uses = (state.uses.get(grant) ?? 0) + 1;
    state.uses.set(grant, uses);
    return claims.uses !== undefined && uses > claims.uses ? `grant ${grant} was used ${uses} times` : undefined;
  }

  #state(lock: number): LockState {
    let state = this.#locks.get(lock);
    if (!state) {
      state = { shown: [], mayDraw: false, isThrowing: false, atOff: undefined, uses: new Map() };
      this.#locks.set(lock, state);
    }
    return state;
  }
}

/** What was shown until the INTENT was written, which spends it. */
function takeShown(state: LockState): Shown[] {
  const taken = state.shown.splice(0, state.atOff?.shown ?? state.shown.length);
  if (state.atOff) state.atOff.shown = 0;
  return taken;
}

function kindsShown(shown: readonly Shown[], grant: string, atMs: number, isAtDoor: boolean): Set<string> {
  const kinds = shown
    .filter(({ grants, atMs: shownAtMs }) => grants.includes(grant) && atMs - shownAtMs <= SHOWN_FOR_MS)
    .map(({ credential }) => credential as string);
  return new Set(isAtDoor ? kinds : [...kinds, "key"]);
}

function checkOrder(order: OrderClaims, record: LogRecord, grant: string): string | undefined {
  if (order.action !== record.result) return `the order was for action ${order.action}`;
  if (order.action <= Action.endHold && toHex(order.grantId) !== grant) return "the order names another grant";
  const isUncertain = (record.flags & RecordFlag.timeUncertain) !== 0;
  if (!isUncertain && record.time > order.notAfter) return `the order ended at ${order.notAfter}`;
  return undefined;
}

const RIGHT_FOR: Partial<Record<Action, number>> = {
  [Action.unlock]: Right.unlock,
  [Action.lock]: Right.lock,
  [Action.hold]: Right.hold,
  [Action.endHold]: Right.hold,
  [Action.courier]: Right.courier,
};

function checkClaims(claims: GrantClaims, action: Action, record: LogRecord): string | undefined {
  if ((claims.rights & (RIGHT_FOR[action] ?? 0)) === 0) return `its rights are ${claims.rights}`;
  const isUncertain = (record.flags & RecordFlag.timeUncertain) !== 0;
  const isEssential = (claims.rights & Right.essential) !== 0;
  const hasTimes = claims.notBefore !== undefined || claims.expires !== undefined || claims.windows !== undefined;
  if (isUncertain) return hasTimes && !isEssential ? "the time is uncertain" : undefined;
  if (claims.notBefore !== undefined && record.time < claims.notBefore) return "it is not valid yet";
  if (claims.expires !== undefined && record.time >= claims.expires) return "it has expired";
  const inWindow = claims.windows?.some((window) => isWithin(window, record.time)) ?? true;
  return inWindow ? undefined : "it is outside its hours";
}

/** In UTC, which is the time zone of every simulated site, and without holidays. */
function isWithin({ days, from, to }: { days: number; from: number; to: number }, seconds: number): boolean {
  const day = Math.floor(seconds / 86_400);
  const minute = Math.floor((seconds % 86_400) / 60);
  const isOn = (on: number) => (days & (1 << ((on + 3) % 7))) !== 0;
  if (to > from) return isOn(day) && minute >= from && minute < to;
  return (isOn(day) && minute >= from) || (isOn(day - 1) && minute < to);
}

function checkProof(claims: GrantClaims, shown: ReadonlySet<string>): string | undefined {
  const kinds = claims.credentials.filter(({ kind }) => shown.has(kind)).map(({ kind }) => kind);
  const needed = claims.rule ?? 1;
  return new Set(kinds).size >= needed
    ? undefined
    : `${needed} credentials are needed, shown was: ${[...shown].join(", ")}`;
}
