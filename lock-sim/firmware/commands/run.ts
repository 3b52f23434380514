import { type Command, decodeCommand } from "../../../protocol/wire/commands.ts";
import { type Checked, Reason } from "../../../protocol/wire/reason.ts";
import { encodeRefusal, encodeResponse, type Refusal } from "../../../protocol/wire/responses.ts";
import type { Parts } from "../parts.ts";
import { unreachable } from "../unreachable.ts";
import { act } from "./act.ts";
import { type Caller, mayAsk } from "./caller.ts";
import { grantDrop, grantList, grantPut } from "./grants.ts";
import { ackLog, logHead, readLog } from "./log.ts";
import { rosterBegin, rosterCommit } from "./roster.ts";
import { identify, status } from "./status.ts";
import { time, timeHint } from "./time.ts";
import { unpair } from "./unpair.ts";

/** The response's bytes, or "later" for an ACT whose bolt is on its way. */
export type Ran = Uint8Array | "later";

/** A lock without firmware update does not know its commands (10–12), and would refuse them first on a weak battery. */
export function readCommand({ battery }: Parts, bytes: Uint8Array): Checked<Command> {
  const command = decodeCommand(bytes);
  const isUpdate = command.ok && command.value.name.startsWith("firmware");
  if (!isUpdate) return command;
  return { ok: false, reason: battery.hasEnoughForFirmware() ? Reason.unknownCommand : Reason.batteryTooLow };
}

export function runCommand(parts: Parts, caller: Caller, command: Checked<Command>): Ran {
  if (!command.ok) return encodeRefusal({ reason: command.reason as Refusal["reason"] });
  if (!mayAsk(caller, command.value)) return encodeRefusal({ reason: Reason.notAllowed });
  return answer(parts, caller, command.value);
}

function answer(parts: Parts, caller: Caller, command: Command): Ran {
  switch (command.name) {
    case "status":
      return encodeResponse("status", status(parts, caller));
    case "act": {
      const response = act(parts, caller, command);
      return response === "later" ? "later" : encodeResponse("act", response);
    }
    case "readLog":
      return encodeResponse("readLog", readLog(parts, command));
    case "ackLog":
      return encodeResponse("ackLog", ackLog(parts, command));
    case "logHead":
      return encodeResponse("logHead", logHead(parts, command));
    case "rosterBegin":
      return encodeResponse("rosterBegin", rosterBegin(parts, command));
    case "grantPut":
      return encodeResponse("grantPut", grantPut(parts, command));
    case "rosterCommit":
      return encodeResponse("rosterCommit", rosterCommit(parts, caller));
    case "time":
      return encodeResponse("time", time(parts, caller, command));
    case "timeHint":
      return encodeResponse("timeHint", timeHint(parts, caller, command));
    case "identify":
      return encodeResponse("identify", identify(parts));
    case "unpair":
      return encodeResponse("unpair", unpair(parts, caller, command));
    case "grantList":
      return encodeResponse("grantList", grantList(parts, command));
    case "grantDrop":
      return encodeResponse("grantDrop", grantDrop(parts, command));
    case "firmwareBegin":
    case "firmwareBlock":
    case "firmwareApply":
      throw new Error("readCommand lets none of these through");
    default:
      return unreachable(command);
  }
}
