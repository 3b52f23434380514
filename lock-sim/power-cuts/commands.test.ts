import assert from "node:assert/strict";
import { test } from "node:test";
import { Right } from "../../protocol/documents/grant.ts";
import { Action } from "../../protocol/documents/order.ts";
import { signReceipt } from "../../protocol/documents/receipt.ts";
import { RecordType } from "../../protocol/log/record.ts";
import type { Command } from "../../protocol/wire/commands.ts";
import { Flag } from "../../protocol/wire/responses.ts";
import type { BenchDoor } from "../firmware/door/testing/bench-door.ts";
import { TestSite } from "../firmware/testing/test-site.ts";
import { atEveryMoment, KEY_ID, TAG_ID, THRICE_ID, tell } from "./testing/trial.ts";

// Every command that writes to flash. UNPAIR, COMMIT with a key change, pairing, a factory reset and an opening by PIN have
// their trials beside their own code.

const NO_ID = new Uint8Array(8);
const CARRIED_ID = TestSite.id(0x22);

function usesOf({ lock }: BenchDoor, id: Uint8Array): number {
  return lock.firmware!.inside.uses.used({ id });
}

for (const action of [Action.unlock, Action.lock, Action.hold, Action.endHold, Action.allowPairing]) {
  test(`ACT with action ${action}, in a C`, () => {
    const isIssuers = action === Action.allowPairing;
    atEveryMoment({
      prepare: ({ bench, session }) =>
        bench.act(session, {
          action,
          grantId: isIssuers ? NO_ID : KEY_ID,
          ...(isIssuers && { key: bench.site.issuerKey }),
        }),
      happen: ({ session }, command) => tell(session, command),
    });
  });
}

test("ACT that is refused", () => {
  atEveryMoment({
    prepare: ({ bench, session }) => bench.act(session, { grantId: TAG_ID }),
    happen: ({ session }, command) => tell(session, command),
    also: ({ now }) => assert(now.records.every(({ type }) => type !== RecordType.intent)),
  });
});

test("ACT with a limited grant, in an S1: the use and n are counted with the INTENT, or neither is", () => {
  atEveryMoment({
    prepare: ({ bench, paired, session, opened }) =>
      bench.startResume(paired, 1, opened.rms, bench.act(session, { grantId: THRICE_ID })),
    happen: ({ bench }, { s1 }) => void bench.line().request(s1),
    also: ({ door, now }) => {
      const intents = now.records.filter(({ type }) => type === RecordType.intent).length;
      assert.deepEqual([now.n, usesOf(door, THRICE_ID)], [intents, intents]);
    },
  });
});

test("STATUS in an S1: n lasts before it is answered", () => {
  let answered = 0;
  atEveryMoment({
    prepare: ({ bench, paired, opened }) => bench.startResume(paired, 1, opened.rms, { name: "status" }),
    happen: ({ bench }, { s1 }) => {
      answered = bench.line().request(s1) ? 1 : 0;
    },
    also: ({ now }) => assert(now.n >= answered),
  });
});

test("the first C of an OPEN: the old RMS resumes, or the new one", () => {
  atEveryMoment({
    prepare: ({ bench, paired }) => bench.open(paired),
    happen: (_door, { session }) => tell(session, { name: "status" }),
  });
});

test("the first C of a pending slot: it is pending, or it counts as paired", () => {
  atEveryMoment({
    prepare: ({ bench, session }) => {
      session.done(bench.act(session, { action: Action.allowPairing, grantId: NO_ID, key: bench.site.issuerKey }));
      const second = bench.pair();
      return { second, opened: bench.open(second) };
    },
    happen: (_door, { opened }) => tell(opened.session, { name: "status" }),
    also: ({ door, prepared }) => door.bench.open(prepared.second).session.done({ name: "status" }),
  });
});

test("ACK LOG", () => {
  atEveryMoment({
    prepare: ({ bench, session }) => {
      const { seq, head } = session.done({ name: "status" });
      const receipt = { lockId: bench.label.lockId, generation: 0, seq, head };
      return signReceipt(bench.suite, bench.site.issuerKey, receipt);
    },
    happen: ({ session }, receipt) => tell(session, { name: "ackLog", receipt }),
    also: ({ opened, prepared }) => opened.session.done({ name: "ackLog", receipt: prepared }),
  });
});

test("TIME with a token: the clock is certain afterwards if it is set, and the log says so", () => {
  atEveryMoment({
    prepare: ({ bench, session, lock }) => {
      lock.hardware.rtc.lose();
      return bench.site.timeToken(bench.now, session.challenge);
    },
    happen: ({ session }, token) => tell(session, { name: "time", token }),
    also: ({ opened, now, before, wasCut }) => {
      const isUncertain = (opened.caps.flags & Flag.timeUncertain) !== 0;
      const set = now.records.filter(({ type }) => type === RecordType.timeSet).length;
      const setBefore = before.records.filter(({ type }) => type === RecordType.timeSet).length;
      if (!wasCut) assert.deepEqual([isUncertain, set], [false, setBefore + 1]);
      assert(set <= setBefore + 1, "told once");
    },
  });
});

test("TIME with a hint", () => {
  atEveryMoment({
    prepare: () => {},
    happen: ({ bench, session }) => tell(session, { name: "timeHint", time: bench.now + 1 }),
    also: ({ opened }) => assert.equal(opened.caps.flags & Flag.timeUncertain, 0),
  });
});

test("a whole roster, from BEGIN to COMMIT: the old table or the new one, and the gateway can go on", () => {
  atEveryMoment({
    prepare: ({ bench }) => {
      const grants = [bench.site.grant(bench.now, KEY_ID), bench.site.grant(bench.now, CARRIED_ID)];
      const commands: Command[] = [
        { name: "rosterBegin", roster: bench.site.roster(bench.now, 2, grants) },
        { name: "grantDrop", ids: [TAG_ID, THRICE_ID] },
        ...grants.map((grant): Command => ({ name: "grantPut", grants: [grant] })),
        { name: "rosterCommit" },
      ];
      return commands;
    },
    happen: ({ session }, commands) => tell(session, ...commands),
    also: ({ opened: { session, caps }, prepared: commands, door }) => {
      const { count } = door.lock.firmware!.inside.table.active!;
      assert.equal(count, caps.epoch === 1 ? 3 : 2);
      if (caps.epoch === 1) for (const command of commands) session.done(command);
      assert.equal(session.done({ name: "status" }).epoch, 2);
      session.done(door.bench.act(session, { grantId: CARRIED_ID }));
    },
  });
});

for (const [what, action] of [
  ["opens", Action.unlock],
  ["is a courier", Action.courier],
] as const) {
  test(`PASS: a bearer ${what} with a limited grant that it carries`, () => {
    atEveryMoment({
      prepare: ({ bench }) => {
        const rights = Right.unlock | Right.courier;
        const grant = bench.site.grant(bench.now, CARRIED_ID, { rights, uses: 2 });
        const session = bench.pass();
        return { session, command: bench.act(session, { grant, grantId: CARRIED_ID, action }) };
      },
      happen: (_door, { session, command }) => tell(session, command),
      also: ({ door, now }) => {
        const intents = now.records.filter(({ type }) => type === RecordType.intent).length;
        assert.equal(usesOf(door, CARRIED_ID), intents);
      },
    });
  });
}
