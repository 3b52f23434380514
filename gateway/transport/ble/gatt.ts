import type { Clock } from "../../../protocol/clock.ts";
import { BLE_REPLY, BLE_REQUEST, BLE_SERVICE } from "../../../protocol/wire/beacon.ts";
import { TransportError } from "../channel.ts";
import type { Characteristic, FoundCharacteristic, Peripheral, Service } from "./noble.ts";
import { settles } from "./settles.ts";

const DISCOVER_WITHIN_MS = 5_000;
const SUBSCRIBE_WITHIN_MS = 2_000;
/** With handles that may be out of date: the library does not tell of errors, so this long is waited before looking anew. */
const SUBSCRIBE_AS_KNOWN_WITHIN_MS = 1_000;

const WRITE_WITHOUT_RESPONSE = 4;
const NOTIFY = 16;
/** Client characteristic configuration: notifications on. */
const NOTIFICATIONS_ON = Buffer.from([1, 0]);

/** Where things stand in a lock's GATT table. */
export interface Handles {
  readonly request: number;
  /** Whether requests may be written without response. */
  readonly mayWriteWithoutResponse: boolean;
  readonly reply: number;
  /** Of the replies' client configuration; undefined if the table does not tell without a search. */
  readonly configuration: number | undefined;
}

export interface GattLink {
  readonly peripheral: Peripheral;
  readonly clock: Clock;
  /** Aborts when the connection is lost. */
  readonly lost: AbortSignal;
}

/**
 * Makes replies arrive: in one round trip with the handles of last time, and by looking for them where that does not work.
 * Rejects with TransportError.
 */
export async function subscribe(link: GattLink, known: Handles | undefined): Promise<Handles> {
  if (known?.configuration !== undefined && (await isStillThere(link, known.configuration))) return known;
  const { handles, replies } = await discover(link);
  const { configuration } = handles;
  if (configuration !== undefined) await writeConfiguration(link, configuration, SUBSCRIBE_WITHIN_MS);
  else await settles<void>(subscribing(link, SUBSCRIBE_WITHIN_MS), (done) => replies.subscribe(done));
  return handles;
}

/** False if the table has changed, or the lock is slow to answer. */
async function isStillThere(link: GattLink, configuration: number): Promise<boolean> {
  try {
    await writeConfiguration(link, configuration, SUBSCRIBE_AS_KNOWN_WITHIN_MS);
    return true;
  } catch (error) {
    if (link.lost.aborted || !(error instanceof TransportError)) throw error;
    return false;
  }
}

function writeConfiguration(link: GattLink, configuration: number, withinMs: number): Promise<void> {
  return settles<void>(subscribing(link, withinMs), (done) =>
    link.peripheral.writeHandle(configuration, NOTIFICATIONS_ON, false, done),
  );
}

function subscribing(link: GattLink, withinMs: number) {
  return { ...link, withinMs, what: "asking for replies" };
}

async function discover(link: GattLink): Promise<{ handles: Handles; replies: Characteristic }> {
  const bounds = { ...link, withinMs: DISCOVER_WITHIN_MS, what: "looking for the lock's service" };
  const [service] = await settles<readonly Service[]>(bounds, (done) =>
    link.peripheral.discoverServices([BLE_SERVICE], done),
  );
  if (!service) throw notALock();
  let found: readonly FoundCharacteristic[] = [];
  service.once("characteristicsDiscovered", (all) => {
    found = all;
  });
  const characteristics = await settles<readonly Characteristic[]>(bounds, (done) =>
    service.discoverCharacteristics([], done),
  );
  const replies = characteristics.find(({ uuid }) => uuid === BLE_REPLY);
  const request = found.find(({ uuid }) => uuid === BLE_REQUEST);
  const reply = found.find(({ uuid }) => uuid === BLE_REPLY);
  if (!replies || !request || !reply || (reply.rawProps & NOTIFY) === 0) throw notALock();
  return {
    handles: {
      request: request.valueHandle,
      mayWriteWithoutResponse: (request.rawProps & WRITE_WITHOUT_RESPONSE) !== 0,
      reply: reply.valueHandle,
      // A characteristic that notifies has a client configuration; if nothing else follows its value, this is it.
      configuration: reply.endHandle === reply.valueHandle + 1 ? reply.endHandle : undefined,
    },
    replies,
  };
}

function notALock(): TransportError {
  return new TransportError("unreachable", "what advertises as this lock has not got a lock's service");
}
