import type { TestContext } from "node:test";
import type { Page } from "playwright-core";
import { nobleSuite } from "../../../crypto/noble.ts";
import { BenchDoor, type NamedGrant, TAG_CREDENTIAL } from "../../../lock-sim/firmware/door/testing/bench-door.ts";
import { TestSite } from "../../../lock-sim/firmware/testing/test-site.ts";
import type { Lock } from "../../../lock-sim/lock.ts";
import { FaultyLink } from "../../../lock-sim/port/faulty-link.ts";
import { Rig } from "../../../lock-sim/rig/rig.ts";
import { smallLock } from "../../../lock-sim/testing/small-lock.ts";
import { formatLabel, type Label } from "../../../protocol/documents/label.ts";
import { SeededRandom } from "../../../protocol/testing/seeded-random.ts";
import type { VirtualClock } from "../../../protocol/testing/virtual-clock.ts";
import { toHex } from "../../../protocol/wire/bytes.ts";
import { findChromium, openBrowser } from "./chromium.ts";

export const PIN = "482915";
const PIN_GRANT = TestSite.id(0x41);
const TAG_GRANT = TestSite.id(0x42);

/** Says why tests that need a browser do not run; false if they do. */
export const skip = findChromium() === undefined && "skipped: chromium not found";

/** A lock, time that a test moves, and the page in a browser. */
export interface DoorPage {
  readonly page: Page;
  readonly lock: Lock;
  readonly clock: VirtualClock;
  readonly label: string;
  /** What the page wrote to the console, or threw. */
  readonly complaints: string[];
}

/** A lock that a PIN and a tag open, in a window of a desktop or of a phone. */
export function furnishedDoor(t: TestContext, width?: number): Promise<DoorPage> {
  const tagGrant: NamedGrant = { id: TAG_GRANT, credentials: [TAG_CREDENTIAL] };
  const door = new BenchDoor([]);
  door.commit([{ id: PIN_GRANT, credentials: [door.pin(PIN_GRANT, PIN)] }, tagGrant]);
  return openDoor(t, door.bench, width);
}

/** A lock that left the factory and nothing more. */
export function bareDoor(t: TestContext): Promise<DoorPage> {
  return openDoor(t, smallLock());
}

async function openDoor(
  t: TestContext,
  { lock, label, clock }: { lock: Lock; label: Label; clock: VirtualClock },
  width = 1200,
): Promise<DoorPage> {
  const random = new SeededRandom(9);
  const print = { lockId: toHex(label.lockId), label: formatLabel(nobleSuite, label) };
  const link = new FaultyLink(lock, clock, random);
  const rig = new Rig({ lock, print, link, clock, random, suite: nobleSuite }, { host: "127.0.0.1", port: 0 });
  const url = `http://${await rig.start()}`;
  const browser = await openBrowser(findChromium()!, { reducedMotion: "reduce" });
  t.after(async () => {
    await browser.close();
    await rig.close();
  });
  const page = browser.context.pages()[0]!;
  await page.setViewportSize({ width, height: 800 });
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(url);
  await page.getByText(print.label).waitFor();
  return { page, lock, clock, label: print.label, complaints };
}
