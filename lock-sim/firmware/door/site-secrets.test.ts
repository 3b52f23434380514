import assert from "node:assert/strict";
import { test } from "node:test";
import { assertWiped } from "../../../protocol/testing/facts.ts";
import { TestSite } from "../testing/test-site.ts";
import { BenchDoor, TAG_CREDENTIAL } from "./testing/bench-door.ts";

const GRANT = { id: TestSite.id(0x21), credentials: [TAG_CREDENTIAL] };

test("the site's secrets are opened once for a roster; those of the one before are wiped", () => {
  const door = new BenchDoor([GRANT]);
  const { secrets } = door.lock.firmware!.inside;
  const first = secrets.get()!;
  assert.deepEqual(first.tagMasterKey.reveal(), door.secrets.tagMasterKey.reveal());
  assert.deepEqual(first.pinPepper.reveal(), door.secrets.pinPepper.reveal());
  assert.equal(secrets.get(), first);
  door.commit([GRANT]);
  assert.notEqual(secrets.get(), first);
  assertWiped(first.tagMasterKey, first.pinPepper);
  door.commit([GRANT], { hasSecrets: false });
  assert.equal(secrets.get(), undefined);
});

test("secrets that were wiped are opened again when they are needed", () => {
  const door = new BenchDoor([GRANT]);
  const { secrets } = door.lock.firmware!.inside;
  const first = secrets.get()!;
  secrets.wipe();
  assertWiped(first.tagMasterKey, first.pinPepper);
  assert.deepEqual(secrets.get()?.pinPepper.reveal(), door.secrets.pinPepper.reveal());
});
