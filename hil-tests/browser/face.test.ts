import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { UID } from "../../lock-sim/firmware/door/testing/bench-door.ts";
import type { VirtualClock } from "../../protocol/testing/virtual-clock.ts";
import { toHex } from "../../protocol/wire/bytes.ts";
import { bareDoor, furnishedDoor, PIN, skip } from "./testing/door-page.ts";

const TABS_MAX = 60;
const NAME_OF_FOCUSED =
  "(({ ariaLabel, textContent, id }) => ariaLabel ?? (textContent.trim() || id))(document.activeElement)";

/** Presses Tab until what has the focus is called so. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let i = 0; i < TABS_MAX; i++) {
    await page.keyboard.press("Tab");
    if ((await page.evaluate(NAME_OF_FOCUSED)) === name) return;
  }
  assert.fail(`no Tab leads to ${name}`);
}

/** Lets time pass at the lock until the page shows this. */
async function untilShown(page: Page, clock: VirtualClock, text: string | RegExp): Promise<void> {
  const shown = page.locator("#now").filter({ hasText: text });
  while ((await shown.count()) === 0) {
    clock.advance(100);
    await page.evaluate("new Promise(requestAnimationFrame)");
  }
}

test("the page loads from its own rig alone, and complains of nothing", { skip }, async (t) => {
  const { page, complaints } = await furnishedDoor(t);
  const requested: string[] = [];
  page.on("request", (request) => requested.push(request.url()));
  await page.reload();
  await page.getByText("boot").first().waitFor();
  const origin = new URL(page.url()).origin;
  assert.deepEqual(
    requested.filter((url) => !url.startsWith(origin)),
    [],
  );
  assert.deepEqual(complaints, []);
});

test("by keyboard alone a PIN draws the bolt, and the log grows", { skip }, async (t) => {
  const { page, clock, lock } = await furnishedDoor(t);
  const rows = await page.locator("#log li").count();
  await tabTo(page, "5");
  await page.keyboard.type(PIN);
  await page.getByText("••••••").waitFor();
  await page.keyboard.press("#");
  await untilShown(page, clock, /its bolt is drawn/);
  assert.equal(lock.hardware.bolt.position(), "drawn");
  await page.getByRole("img", { name: /its bolt is drawn/ }).waitFor();
  assert.ok((await page.locator("#log li").count()) > rows);
});

test("a wrong PIN, key by key with Space, is refused in words", { skip }, async (t) => {
  const { page, clock, lock } = await furnishedDoor(t);
  for (const key of ["1", "2", "3", "4", "Hash: confirm"]) {
    await tabTo(page, key);
    await page.keyboard.press("Space");
  }
  await untilShown(page, clock, /Red light: refused/);
  assert.equal(lock.hardware.bolt.position(), "thrown");
});

test("by keyboard alone a tag opens if it is genuine", { skip }, async (t) => {
  const { page, clock, lock } = await furnishedDoor(t);
  await tabTo(page, "uid");
  await page.keyboard.press("Control+a");
  await page.keyboard.type(toHex(UID));
  await tabTo(page, "Cloned");
  await page.keyboard.press("Enter");
  await untilShown(page, clock, /Refused/);
  await tabTo(page, "Take the tag away");
  await page.keyboard.press("Enter");
  await page.locator("[data-tag=away]").waitFor();
  clock.advance(20_000);
  await tabTo(page, "Genuine");
  await page.keyboard.press("Enter");
  await untilShown(page, clock, /its bolt is drawn/);
  assert.equal(lock.hardware.bolt.position(), "drawn");
});

test("people get out by the thumb-turn and open the door", { skip }, async (t) => {
  const { page, lock } = await furnishedDoor(t);
  await tabTo(page, "Turn the thumb: draw the bolt");
  await page.keyboard.press("Enter");
  await page.locator("#log li").filter({ hasText: "unlocked by hand" }).waitFor();
  await tabTo(page, "Open the door");
  await page.keyboard.press("Enter");
  await page.getByRole("img", { name: /The door is open, its bolt is drawn/ }).waitFor();
  assert.equal(lock.hardware.door.isOpen(), true);
});

test("the battery is pulled and put back, and the lock boots", { skip }, async (t) => {
  const { page, lock, clock } = await furnishedDoor(t);
  const boots = await page.locator("#log li", { hasText: "boot" }).count();
  await tabTo(page, "Pull the battery");
  await page.keyboard.press("Enter");
  await page.getByRole("img", { name: /the lock has no power/ }).waitFor();
  assert.equal(lock.firmware, undefined);
  assert.equal(await page.getByRole("button", { name: "Press the pairing button" }).isEnabled(), false);
  await page.keyboard.press("Enter");
  const bootRow = page.locator("#log li", { hasText: "boot" });
  while ((await bootRow.count()) === boots) {
    clock.advance(1);
    await page.evaluate("new Promise(requestAnimationFrame)");
  }
  assert.ok(lock.firmware);
});

test("the pairing button lights the lamp, and a lock without secrets says why no tag opens it", { skip }, async (t) => {
  const { page, lock, clock } = await bareDoor(t);
  await page.getByText("belongs to nobody yet").waitFor();
  await tabTo(page, "Genuine");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").filter({ hasText: "no site secrets" }).waitFor();
  await tabTo(page, "Press the pairing button");
  await page.keyboard.press("Enter");
  await untilShown(page, clock, /pairing mode is on/);
  await page.locator("[data-signal=pairing]").waitFor();
  assert.equal(lock.firmware?.inside.pairing.isOn(0), true);
});

test("privacy and faults are switches that say whether they are on", { skip }, async (t) => {
  const { page, lock } = await furnishedDoor(t);
  await page.getByRole("switch", { name: "Privacy", checked: false }).press("Space");
  await page.getByRole("switch", { name: "Privacy", checked: true }).waitFor();
  assert.equal(lock.hardware.privacy.isOn(), true);
  await page.getByText("Things that go wrong").press("Enter");
  await page.getByRole("switch", { name: "Bolt jammed" }).press("Space");
  await page.getByRole("switch", { name: "Bolt jammed", checked: true }).waitFor();
  assert.equal(lock.hardware.bolt.isJammed(), true);
});

test("at 360 pixels nothing is wider than the window, and every control has a name and room for a thumb", {
  skip,
}, async (t) => {
  const { page } = await furnishedDoor(t, 360);
  assert.equal(await page.evaluate("document.documentElement.scrollWidth"), 360);
  for (const control of await page.locator("button:visible, input:visible").all()) {
    const box = await control.boundingBox();
    const snapshot = await control.ariaSnapshot();
    assert.match(snapshot, /"[^"]+"/, `${snapshot} has no name`);
    assert.ok(box!.height >= 28 && box!.width >= 44, snapshot);
  }
});
