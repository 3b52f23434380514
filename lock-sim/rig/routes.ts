import type { Firmware } from "../firmware/firmware.ts";
import type { Lock } from "../lock.ts";
import { expectFields, wholeNumber } from "./body.ts";
import { HttpError } from "./http-error.ts";
import { logView } from "./log-view.ts";
import { lockState, type Print } from "./state.ts";

const OFF_MS_MAX = 24 * 3600 * 1000;

type Fields = ReadonlyMap<string, unknown>;
/** Answers with what becomes the JSON body. Throws HttpError. */
type Handler = (fields: Fields) => object;

/** What a rig can ask, by path and method. */
export function rigRoutes(lock: Lock, print: Print): ReadonlyMap<string, ReadonlyMap<string, Handler>> {
  const state = () => lockState(lock, print);
  return new Map([
    ["/v1/state", new Map([["GET", state]])],
    ["/v1/log", new Map([["GET", () => ({ records: logView(running(lock).inside.store) })]])],
    [
      "/v1/pairing-button",
      post((fields) => {
        expectFields(fields);
        running(lock);
        lock.pressPairingButton();
        return state();
      }),
    ],
    [
      "/v1/power",
      post((fields) => {
        expectFields(fields, "offMs");
        lock.powerCycle(wholeNumber(fields, "offMs", 0, OFF_MS_MAX));
        return state();
      }),
    ],
    [
      "/v1/factory-reset",
      post((fields) => {
        expectFields(fields);
        running(lock);
        lock.factoryReset();
        return state();
      }),
    ],
  ]);
}

function post(handler: Handler): ReadonlyMap<string, Handler> {
  return new Map([["POST", handler]]);
}

function running(lock: Lock): Firmware {
  if (!lock.firmware) throw new HttpError(409, "the lock has no power");
  return lock.firmware;
}
