import { Type } from "typebox";
import { closed } from "../fields.ts";
import { HttpError } from "../http-error.ts";
import { jsonReply } from "../reply.ts";
import type { RigParts } from "../rig-parts.ts";
import { type Route, route } from "../route.ts";
import type { StateView } from "../state.ts";
import { running, STATE_ANSWER } from "./answers.ts";

const OFF_MS_MAX = 24 * 3600 * 1000;
const STEP_MS_MAX = 100 * 365 * 24 * 3600 * 1000;
const DRIFT_PPM_MAX = 100_000;
const DELAY_MS_MAX = 60_000;
const MILLIVOLT_MAX = 12_000;

/** Power, time, and what breaks. */
export function worldRoutes({ lock, link }: RigParts, view: StateView): Route[] {
  const state = () => jsonReply(view.now());
  const { flash, rtc } = lock.hardware;
  const share = Type.Optional(Type.Number({ minimum: 0, maximum: 1, description: "The share of frames it befalls" }));
  return [
    route({
      method: "POST",
      path: "/v1/power",
      operationId: "cutPower",
      tag: "world",
      summary: "Cut the power, now or at a flash operation",
      description:
        "`offMs` alone: the battery falls out now and is back so much later; 0 also brings back power that is away. With " +
        "`atFlashOperation` it goes during the nth program or erase from now, which is torn, and comes back `offMs` later or, " +
        "without it, when it is brought back. A plan is forgotten when power goes for another reason before.",
      body: Type.Object(
        {
          offMs: Type.Optional(Type.Integer({ minimum: 0, maximum: OFF_MS_MAX, description: "At most a day" })),
          atFlashOperation: Type.Optional(
            Type.Integer({ minimum: 1, maximum: 1_000_000_000, description: "1 is the next one" }),
          ),
        },
        { additionalProperties: false },
      ),
      example: { offMs: 500 },
      answer: STATE_ANSWER,
      refusals: { 409: "With `atFlashOperation`: the lock has no power" },
      handle: ({ body: { offMs, atFlashOperation } }) => {
        if (atFlashOperation !== undefined) {
          running(lock);
          lock.cutPowerAtFlashOperation(atFlashOperation, offMs);
        } else if (offMs !== undefined) lock.powerCycle(offMs);
        else throw new HttpError(400, "offMs or atFlashOperation is needed", "offMs");
        return state();
      },
    }),
    route({
      method: "POST",
      path: "/v1/battery",
      operationId: "setBattery",
      tag: "world",
      summary: "Set the battery's voltage",
      description: "Without load; under the motor it sags, more so in the cold.",
      body: closed({
        millivolt: Type.Integer({ minimum: 0, maximum: MILLIVOLT_MAX, description: "Fresh cells have 6000" }),
        temperatureC: Type.Optional(Type.Integer({ minimum: -60, maximum: 100, description: "Of the cells, in °C" })),
      }),
      example: { millivolt: 4600 },
      answer: STATE_ANSWER,
      handle: ({ body: { millivolt, temperatureC } }) => {
        lock.disturb(({ battery }) => battery.set({ millivolt, ...(temperatureC !== undefined && { temperatureC }) }));
        return state();
      },
    }),
    route({
      method: "POST",
      path: "/v1/clock",
      operationId: "disturbClock",
      tag: "world",
      summary: "Disturb the lock's calendar clock",
      description: "What is given is done in this order: drift, step, loss. A drift stays until it is set to 0.",
      body: Type.Object(
        {
          stepMs: Type.Optional(
            Type.Integer({ minimum: -STEP_MS_MAX, maximum: STEP_MS_MAX, description: "It jumps by so much" }),
          ),
          driftPpm: Type.Optional(
            Type.Integer({ minimum: -DRIFT_PPM_MAX, maximum: DRIFT_PPM_MAX, description: "It is fast by so much" }),
          ),
          lose: Type.Optional(Type.Literal(true, { description: "Its cell is empty: it stops and has no time" })),
        },
        { additionalProperties: false, minProperties: 1 },
      ),
      example: { stepMs: -3_600_000 },
      answer: STATE_ANSWER,
      refusals: { 409: "With `stepMs`: the clock has stopped" },
      handle: ({ body: { stepMs, driftPpm, lose } }) => {
        if (stepMs !== undefined && rtc.stopped()) throw new HttpError(409, "the clock has stopped: it can not jump");
        lock.disturb(({ rtc }) => {
          if (driftPpm !== undefined) rtc.drift(driftPpm);
          if (stepMs !== undefined) rtc.step(stepMs);
          if (lose) rtc.lose();
        });
        return state();
      },
    }),
    route({
      method: "POST",
      path: "/v1/faults",
      operationId: "setFaults",
      tag: "world",
      summary: "Break something, or mend it",
      description: "What is left out stays as it is. All but bit rot stays until it is mended, or the emulator ends.",
      body: Type.Object(
        {
          jam: Type.Optional(Type.Boolean({ description: "The motor turns and the bolt stays" })),
          link: Type.Optional(
            closed(
              {
                isDown: Type.Optional(Type.Boolean({ description: "Nothing comes through, either way" })),
                delayMs: Type.Optional(
                  Type.Integer({ minimum: 0, maximum: DELAY_MS_MAX, description: "So late does every frame arrive" }),
                ),
                loss: share,
                corruption: share,
              },
              "Frames between carrier and lock. A carrier's checksum makes a loss of line noise; `corruption` turns one bit " +
                "over behind it",
            ),
          ),
          bitRot: Type.Optional(
            closed(
              {
                address: Type.Integer({ minimum: 0, maximum: flash.sizeBytes - 1, description: "Of a byte in flash" }),
                bit: Type.Optional(
                  Type.Integer({ minimum: 0, maximum: 7, default: 0, description: "0 is the lowest" }),
                ),
              },
              "One cell of the flash turns over, once",
            ),
          ),
        },
        { additionalProperties: false, minProperties: 1 },
      ),
      example: { jam: true, link: { loss: 0.2 } },
      answer: STATE_ANSWER,
      handle: ({ body: { jam, link: linkFaults, bitRot } }) => {
        lock.disturb(({ bolt, flash }) => {
          if (jam !== undefined) bolt.jam(jam);
          if (linkFaults) link.setFaults(linkFaults);
          if (bitRot) flash.flipBit(bitRot.address, bitRot.bit ?? 0);
        });
        return state();
      },
    }),
  ];
}
