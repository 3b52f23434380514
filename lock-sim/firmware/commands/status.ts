import type { Response } from "../../../protocol/wire/responses.ts";
import type { Parts } from "../parts.ts";
import { stateFlags } from "../state-flags.ts";
import type { Caller } from "./caller.ts";

export function status(parts: Parts, caller: Caller): Response<"status"> {
  const { seq, head } = parts.log.position;
  return {
    ok: true,
    value: {
      epoch: parts.roster.epoch,
      seq,
      head,
      time: parts.clock.now(),
      flags: stateFlags(parts),
      challenge: caller.challenge.bytes,
      batteryMillivolt: parts.hal.battery.millivolt(),
      temperatureC: parts.hal.battery.temperatureC(),
      // Of the grants that are really there: one whose flash cells have rotted shows, and the gateway brings it again.
      rosterDigest: parts.table.active?.digest() ?? parts.suite.sha256(),
    },
  };
}

export function identify({ hal }: Parts): Response<"identify"> {
  hal.signals.show("identify");
  return { ok: true, value: {} };
}
