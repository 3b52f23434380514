import { type Asked, KEY, PIN, TAG, type Via } from "../../gateway/decision/asked.ts";
import { type Decision, decideBeforehand } from "../../gateway/decision/decide-beforehand.ts";
import {
  BenchDoor,
  KEY_CREDENTIAL,
  type NamedGrant,
  NO_ID,
  TAG_CREDENTIAL,
} from "../../lock-sim/firmware/door/testing/bench-door.ts";
import { TestSite } from "../../lock-sim/firmware/testing/test-site.ts";
import type { GrantedAction } from "../../protocol/access/decide.ts";
import { type CredentialKind, type Grant, parseGrant, type Window } from "../../protocol/documents/grant.ts";
import { Action } from "../../protocol/documents/order.ts";
import { parseRoster, type Roster } from "../../protocol/documents/roster.ts";
import { accepted } from "../../protocol/documents/testing/documents.ts";
import { RecordType } from "../../protocol/log/record.ts";
import { SeededRandom } from "../../protocol/testing/seeded-random.ts";
import { uint64 } from "../../protocol/wire/bytes.ts";
import { Reason } from "../../protocol/wire/reason.ts";

const MINUTE = 60;
const DAY = 86_400;
const SPAN_DAYS = 20;
const DIGITS = "314159";
const GROUP = TestSite.id(0x99);
const ESSENTIAL = 32;
/** Longer than what was shown counts (protocol.md §7), and than refusals are held together. */
const BETWEEN_VISITS_MS = 61_000;
const ZONES = ["CET-1CEST,M3.5.0,M10.5.0/3", "NST3:30NDT,M3.2.0,M11.1.0", "UTC0"];
/** Over the night in which clocks go forward, and an ordinary month. */
const BEGINNINGS = [Date.UTC(2027, 2, 20), Date.UTC(2027, 5, 1)];

/** How one thing done at the lock was foretold, and how it went. */
export interface Step {
  said: Reason;
  did: Reason;
}

/** A real lock, a drawn grant and roster in it, and a bearer whose visits are foretold. */
export class DrawnDoor {
  readonly #door = new BenchDoor([]);
  readonly #random: SeededRandom;
  /** What was shown and still counts. */
  readonly #shown = new Set<CredentialKind>();
  #serial = 0;
  #begin = 0;
  #carried = false;
  #grant!: Grant;
  #roster!: Roster;
  #inTable: Uint8Array | undefined;
  #used = 0;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
    // Without a clock only those get in who live there.
    if (this.#isOnceIn(6)) this.#door.lock.hardware.rtc.lose();
  }

  /** Another grant, another roster; what they are, for people. */
  newGrant(): string {
    this.#begin = this.#oneOf(BEGINNINGS) / 1000;
    this.#used = 0;
    const id = uint64(BigInt(++this.#serial));
    const grant: NamedGrant = { ...this.#claims(id), id };
    this.#carried = grant.credentials?.includes(KEY_CREDENTIAL) === true && this.#isOnceIn(4);
    const { site, now } = this.#door.bench;
    const other = { ...grant, uses: 7 };
    const inTable = this.#carried ? (this.#isOnceIn(3) ? [other] : []) : [grant];
    this.#door.commit(inTable, {
      settings: this.#settings(),
      hasSecrets: !this.#isOnceIn(8),
      roster: {
        staleAfter: this.#isOnceIn(3) ? this.#moment() : 0,
        carriedFrom: this.#isOnceIn(5) ? now : 0,
        denied: this.#isOnceIn(5) ? [id] : [],
      },
    });
    const { roster, ...table } = this.#active();
    this.#roster = accepted(parseRoster(site.suite, roster));
    this.#inTable = table.find(id);
    const { id: _, ...wish } = grant;
    this.#grant = accepted(parseGrant(site.suite, this.#carried ? site.grant(now, id, wish) : this.#inTable!));
    return JSON.stringify({ ...wish, audience: undefined, credentials: wish.credentials?.map(({ kind }) => kind) });
  }

  newVisit(): Asked {
    const via = this.#carried ? "carried" : this.#oneOf<Via>(["door", "order"]);
    const actions: GrantedAction[] = [Action.unlock, Action.unlock, Action.lock, Action.hold];
    return {
      action: via === "door" ? Action.unlock : this.#oneOf(actions),
      at: this.#moment(),
      via,
      privacy: this.#isOnceIn(5),
      timeUncertain: this.#clock.isUncertain(),
    };
  }

  foretell(asked: Asked, until: number): Decision {
    const lockId = this.#door.bench.label.lockId;
    const of = { lockId, roster: this.#roster, grant: this.#grant, inTable: this.#inTable, used: this.#used };
    return decideBeforehand(of, asked, until);
  }

  /** Shows some of what the grant has, then orders if that is how the bearer comes. */
  visit(asked: Asked): Step[] {
    const { lock } = this.#door;
    lock.setPrivacy(asked.privacy);
    this.#door.wait(BETWEEN_VISITS_MS);
    this.#shown.clear();
    if (!asked.timeUncertain) lock.hardware.rtc.set(asked.at);
    const steps: Step[] = [];
    for (const kind of this.#atDoor(asked)) steps.push(this.#show(kind, asked));
    if (asked.via !== "door") steps.push(this.#order(asked));
    return steps;
  }

  #show(kind: CredentialKind, asked: Asked): Step {
    const said = this.#foretellNow({ ...asked, via: "door", action: Action.unlock }, kind);
    this.#door.news();
    if (kind === TAG) this.#door.showTag();
    else this.#door.type(DIGITS);
    const records = this.#door.news();
    const did = records.find(({ type }) => type === RecordType.refused)?.result ?? Reason.done;
    this.#after(did as Reason, kind);
    return { said, did: did as Reason };
  }

  #order(asked: Asked): Step {
    const said = this.#foretellNow(asked, KEY);
    const { bench, session } = this.#door;
    // What is foretold is a fresh order. Any that names the current challenge makes the lock draw a new one.
    session.reason(bench.act(session, { grantId: NO_ID }));
    const grantId = this.#grant.claims.id;
    const grant = asked.via === "carried" ? this.#grant.document : grantId;
    const { action } = asked;
    const did = session.reason(bench.act(session, { action, grantId, grant, notAfter: this.#clock.now() + MINUTE }));
    this.#after(did, did === Reason.secondFactorMissing && action === Action.unlock ? KEY : undefined);
    return { said, did };
  }

  #foretellNow(asked: Asked, kind: CredentialKind): Reason {
    const kinds = new Set([...this.#shown, kind]);
    const at = this.#clock.now();
    return this.foretell({ ...asked, at, kinds, used: this.#used }, at).reason;
  }

  /** What is done spends what was shown. */
  #after(did: Reason, shown: CredentialKind | undefined): void {
    if (did !== Reason.done) {
      // Without secrets no tag and no PIN has proved anything.
      const isProven = shown === KEY || this.#roster.claims.settings.sealedSecrets !== undefined;
      if (shown && isProven) this.#shown.add(shown);
      return;
    }
    this.#used++;
    this.#shown.clear();
    this.#door.settle();
  }

  /** A tag or a PIN that the table does not know is nobody's. */
  #atDoor({ via }: Asked): CredentialKind[] {
    const kinds = this.#grant.claims.credentials.flatMap(({ kind }) =>
      kind === "tag" ? TAG : kind === "pin" ? PIN : [],
    );
    if (via === "carried" || (via === "order" && this.#isOnceIn(2))) return [];
    return this.#isOnceIn(2) ? kinds : kinds.toReversed();
  }

  #claims(id: Uint8Array): Omit<NamedGrant, "id"> {
    const door = this.#door;
    const all = [TAG_CREDENTIAL, door.pin(id, DIGITS), KEY_CREDENTIAL];
    const drawn = all.filter(() => this.#isOnceIn(2));
    const credentials = drawn.length > 0 ? drawn : [all[this.#random.below(3)]!];
    const rights = this.#oneOf([1, 7, 15, 2, 1 | ESSENTIAL, 7 | ESSENTIAL]);
    return {
      credentials,
      rights,
      rule: (1 + this.#random.below(credentials.length)) as 1 | 2 | 3,
      audience: [this.#oneOf([door.bench.label.lockId, door.bench.label.lockId, GROUP, TestSite.id(0x77)])],
      expires: this.#isOnceIn(3) ? this.#moment() : this.#begin + 2 * SPAN_DAYS * DAY,
      ...(this.#isOnceIn(4) && { notBefore: this.#moment() }),
      ...(this.#isOnceIn(2) && { windows: this.#windows() }),
      ...(this.#isOnceIn(4) && { uses: 1 + this.#random.below(2) }),
    };
  }

  #settings() {
    const days = Math.floor(this.#begin / DAY);
    return {
      ...(!this.#isOnceIn(10) && { tz: this.#oneOf(ZONES) }),
      holidays: Array.from({ length: this.#random.below(6) }, () => days + this.#random.below(SPAN_DAYS)),
      groups: this.#isOnceIn(3) ? [] : [GROUP],
    };
  }

  #windows(): Window[] {
    const minute = () => this.#random.below(1441);
    const one = () => ({
      days: this.#oneOf([0x7f, 0xff, 0x80, this.#random.below(256)]),
      from: minute(),
      to: minute(),
    });
    return Array.from({ length: 1 + this.#random.below(3) }, one);
  }

  #moment(): number {
    return this.#begin + this.#random.below((SPAN_DAYS * DAY) / MINUTE) * MINUTE;
  }

  get #clock() {
    return this.#door.lock.firmware!.inside.clock;
  }

  #active() {
    const { active } = this.#door.lock.firmware!.inside.table;
    return { roster: active!.roster, find: (id: Uint8Array) => active!.find(id) };
  }

  #oneOf<T>(values: readonly T[]): T {
    return values[this.#random.below(values.length)]!;
  }

  #isOnceIn(n: number): boolean {
    return this.#random.below(n) === 0;
  }
}
