import { toHex } from "../protocol/wire/bytes.ts";
import { Actions } from "./actions.ts";
import type { Services, UplinkService } from "./api/services.ts";
import { composeSigning } from "./compose-signing.ts";
import { DEFAULT_STORE } from "./config.ts";
import { composeReporter } from "./fleet/compose-reporter.ts";
import { type LockReport, lockReport } from "./fleet/lock-report.ts";
import { noIssuer } from "./fleet/no-issuer.ts";
import { takeDocuments } from "./fleet/take-documents.ts";
import { Gateway } from "./gateway.ts";
import { gatewayIdOf } from "./issuer/authority.ts";
import { LockLinks } from "./link/lock-links.ts";
import { RadioSchedule } from "./link/radio-schedule.ts";
import { NO_OBSERVER } from "./metrics/observer.ts";
import { Pairings } from "./pairing.ts";
import { composeRights, type Rights } from "./rights/compose-rights.ts";
import { PAGE_BYTES } from "./store/database.ts";
import { EventStore } from "./store/event-store.ts";
import { ForeignRosterStore } from "./store/foreign-roster-store.ts";
import { LockStore } from "./store/lock-store.ts";
import { OutboxStore } from "./store/outbox-store.ts";
import { PairingStore } from "./store/pairing-store.ts";
import { RetentionStore } from "./store/retention-store.ts";
import { RewindStore } from "./store/rewind-store.ts";
import { Room } from "./store/room.ts";
import { RosterStore } from "./store/roster-store.ts";
import { SetAsideStore } from "./store/set-aside-store.ts";
import { ShedStore } from "./store/shed-store.ts";
import { TimeStore } from "./store/time-store.ts";
import { CarriedReceipts } from "./sync/carried-receipts.ts";
import { ForeignRosters } from "./sync/foreign-rosters.ts";
import { HeadDemands } from "./sync/head-demands.ts";
import { Reconciler } from "./sync/reconciler.ts";
import { recordTimes } from "./sync/record-times.ts";
import { SiteTime } from "./sync/site-time.ts";
import { Deliverer } from "./uplink/deliverer.ts";
import type { World } from "./world.ts";

/** The daemon's parts, put together; nothing has started. */
export interface Composed extends Rights {
  gateway: Gateway;
  services: Services;
  locks: LockStore;
  events: EventStore;
  outbox: OutboxStore;
  setAside: SetAsideStore;
  pairings: PairingStore;
  room: Room;
  rosters: RosterStore;
  /** How it stands with each lock, as a backend is told over the uplink. */
  reports: () => LockReport[];
  takeReceipt: CarriedReceipts["put"];
}

const MIB = 2 ** 20;
const DAY_MS = 86_400_000;

const NO_UPLINK: UplinkService = {
  status: () => ({ state: "none", sentence: "There is no uplink: events are kept here." }),
  lies: 0,
  poke() {},
};

export function compose(world: World): Composed {
  const { suite, clock, random, log, database, transport, authority } = world;
  const locks = new LockStore(database);
  const events = new EventStore(database);
  const outbox = new OutboxStore(database);
  const setAside = new SetAsideStore(database);
  const pairings = new PairingStore(database);
  const rosters = new RosterStore(database);
  const observer = world.observer ?? NO_OBSERVER;
  const siteTime = new SiteTime({
    clock,
    log,
    store: new TimeStore(database),
    recordTimes: () => recordTimes(locks.list(), events),
  });
  const { issuer, operator, issuerPks, timeTokens, fleet } = composeSigning(world, {
    locks,
    rosters,
    siteTime,
    changed: (lockId) => reconciler.poke(lockId),
    notTaken: (lockId) => reporter?.poke(lockId),
  });
  const issuerPk = () => issuerPks().at(-1)!;
  const {
    wanted,
    keeper,
    grantStore: _,
    keyChanges: __,
    ...rights
  } = composeRights({
    ...world,
    locks,
    rosters,
    issuer: issuer ?? noIssuer(issuerPk()),
    ...(operator && { operatorPk: operator.publicKey }),
    ...(authority.kind === "local" && authority.keys && { keys: authority.keys }),
    changed: (lockId) => reconciler.poke(lockId),
  });
  const renewRoster = (lockId: string) => (fleet ? fleet.forgetEarlierGeneration(lockId) : wanted.renew([lockId]));
  const links = new LockLinks({ suite, random, clock, transport, locks, observer });
  const actions = new Actions({
    suite,
    clock,
    log,
    observer,
    operator,
    links,
    locks,
    acted: (lockId) => reconciler.poke(lockId),
  });
  const isKnownLock = (lockId: string) => locks.get(lockId) !== undefined || events.position(lockId) !== undefined;
  const limits = world.store?.limits ?? DEFAULT_STORE;
  const room = new Room({
    database,
    outbox,
    retention: new RetentionStore(database),
    shed: new ShedStore(database, outbox),
    ballast: world.store?.ballast,
    clock,
    log,
    hasUplink: world.uplink !== undefined,
    pagesMax: (limits.quotaMib * MIB) / PAGE_BYTES,
    keepMs: (lockId) => (rights.siteSettings.ofLock(lockId).keepDays ?? limits.keepDays) * DAY_MS,
  });
  const headDemands = new HeadDemands();
  const carriedReceipts = new CarriedReceipts({ suite, database, events, issuerPks, isKnownLock });
  const takeReceipt = async (document: Uint8Array) => {
    const kept = await carriedReceipts.put(document);
    if ("lockId" in kept) reconciler.poke(kept.lockId);
    return kept;
  };
  const deliverer =
    world.uplink &&
    new Deliverer({
      uplink: world.uplink.to,
      batchMax: world.uplink.batchMax,
      events,
      outbox,
      rewinds: new RewindStore(database, outbox),
      setAside,
      isKnownLock,
      receiptForLock: async (document) => {
        const kept = await takeReceipt(document);
        return "lie" in kept ? kept.lie : undefined;
      },
      headWanted: ({ lockId, nonce }) => {
        headDemands.put(lockId, nonce);
        reconciler.poke(lockId);
      },
      documents: fleet && (async (documents) => reporter?.tell(await takeDocuments(fleet, documents))),
      reportTrouble: () => reporter?.trouble,
      orders: {
        order: (lockId, document, grant) => actions.carry(lockId, document, grant),
        command: (lockId, action) => actions.act(lockId, action),
      },
      clock,
      random,
      log,
      receipted: (lockId) => reconciler.poke(lockId),
    });
  const reconciler = new Reconciler(links, {
    suite,
    clock,
    random,
    log,
    receiptSigner: issuer,
    timeTokens,
    locks,
    events,
    rosters,
    siteTime,
    carriedReceipts,
    headDemands,
    foreignRosters: new ForeignRosters({
      clock,
      log,
      observer,
      store: new ForeignRosterStore(database),
      rosters,
      renew: fleet ? undefined : renewRoster,
    }),
    hasUplink: deliverer !== undefined,
    eventsArrived: (lockId) => {
      deliverer?.poke(lockId);
      room.poke();
    },
    roundEnded: (lockId) => reporter?.poke(lockId),
    heldRoster: (lockId) => fleet?.held(lockId),
    deliveryTrouble: (lockId) => deliverer?.trouble(lockId),
    linkTrouble: (lockId) => world.radio?.describe(lockId),
    pollMs: world.pollMs,
  });
  const gatewayId = gatewayIdOf(suite, authority);
  const reported = {
    suite,
    gatewayId: toHex(gatewayId),
    locks,
    rosters,
    sync: reconciler,
    challenge: (lockId: string) => links.of(lockId).challenge,
    fleet,
  };
  const reporter = composeReporter(world, reported, (answer) => deliverer?.hear(answer));
  const poke = (lockId: string) => reconciler.poke(lockId);
  if (world.radio) new RadioSchedule(clock, world.radio, (lockId) => locks.get(lockId) !== undefined, poke);
  const pairing = new Pairings({
    suite,
    random,
    clock,
    log,
    transport,
    issuer,
    site: () => ({ issuerPk: issuerPk(), gatewayId }),
    locks,
    pairings,
    rosters,
    siteTime,
    links,
    reconciler,
    renewRoster,
  });
  return {
    gateway: new Gateway({
      database,
      transport,
      links,
      reconciler,
      keeper: fleet ? undefined : keeper,
      pairings: pairing,
      deliverer,
      reporter,
      siteTime,
      room,
    }),
    services: {
      pairings: pairing,
      actions,
      sync: reconciler,
      uplink: deliverer ?? NO_UPLINK,
      ...(world.radio && { radio: world.radio }),
      ...(fleet && { fleet }),
    },
    ...rights,
    takeReceipt,
    reports: () => locks.list().flatMap(({ lockId }) => lockReport(reported, lockId) ?? []),
    locks,
    events,
    outbox,
    setAside,
    pairings,
    room,
    rosters,
  };
}
