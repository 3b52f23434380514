import assert from "node:assert/strict";
import { test } from "node:test";
import { cliFixture } from "../testing/cli-fixture.ts";

const GROUP = { groupId: "00000000000000c3", name: "laundry", locks: ["aaaaaaaaaaaaaaaa"] };

test("a group is made, changed and dissolved", async (t) => {
  const { portvakt, requests, out } = cliFixture(t, {
    "POST /v1/groups": [{ status: 201, body: GROUP }],
    [`PUT /v1/groups/${GROUP.groupId}`]: [{ body: { ...GROUP, name: "cellar" } }],
    [`DELETE /v1/groups/${GROUP.groupId}`]: [{ status: 204 }],
  });
  await portvakt("group", "add", "laundry", "--lock", "AAAAAAAAAAAAAAAA");
  await portvakt("group", "set", GROUP.groupId, "--name", "cellar", "--lock", "aaaaaaaaaaaaaaaa");
  await portvakt("group", "remove", GROUP.groupId);
  assert.deepEqual(
    requests.map(({ body }) => body),
    [{ name: "laundry", locks: ["aaaaaaaaaaaaaaaa"] }, { name: "cellar", locks: ["aaaaaaaaaaaaaaaa"] }, undefined],
  );
  assert.deepEqual(out, [
    "Made 00000000000000c3: laundry, 1 lock.",
    "00000000000000c3 is cellar, 1 lock.",
    "Dissolved 00000000000000c3.",
  ]);
});

test("groups are one table", async (t) => {
  const { portvakt } = cliFixture(t, { "GET /v1/groups": [{ body: { items: [GROUP] } }] });
  assert.deepEqual((await portvakt("group", "list")).out, [
    "GROUP             NAME     LOCKS",
    "00000000000000c3  laundry  aaaaaaaaaaaaaaaa",
  ]);
});
