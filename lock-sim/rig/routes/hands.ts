import { Type } from "typebox";
import { closed } from "../fields.ts";
import { HttpError } from "../http-error.ts";
import { jsonReply } from "../reply.ts";
import type { RigParts } from "../rig-parts.ts";
import { type Route, route } from "../route.ts";
import type { StateView } from "../state.ts";
import { NO_POWER, running, STATE_ANSWER } from "./answers.ts";

const KEYS_MAX = 64;

/** What people do at the door, inside and outside. */
export function handsRoutes({ lock }: RigParts, view: StateView): Route[] {
  const state = () => jsonReply(view.now());
  return [
    route({
      method: "POST",
      path: "/v1/keypad",
      operationId: "pressKeys",
      tag: "hands",
      summary: "Type a PIN, or press keys",
      description:
        "`digits` are typed and confirmed with `#`, as a person does. `keys` are pressed as they stand: `#` confirms, `*` " +
        "begins anew. One of the two. A keypad without power takes no keys, and its queue loses those that come too fast.",
      body: closed({
        digits: Type.Optional(Type.String({ pattern: "^[0-9]{1,32}$", description: "A PIN has 4 to 12" })),
        keys: Type.Optional(Type.String({ pattern: `^[0-9*#]{1,${KEYS_MAX}}$`, description: "0 to 9, * and #" })),
      }),
      example: { digits: "482915" },
      answer: STATE_ANSWER,
      handle: ({ body: { digits, keys } }) => {
        if ((digits === undefined) === (keys === undefined)) {
          throw new HttpError(400, "digits or keys is needed, and not both", "digits");
        }
        lock.pressKeys(keys ?? `${digits}#`);
        return state();
      },
    }),
    route({
      method: "POST",
      path: "/v1/door",
      operationId: "moveDoor",
      tag: "hands",
      summary: "Open or close the door",
      description: "A door whose bolt is thrown opens only by force; it opens here all the same, and the lock says so.",
      body: closed({ open: Type.Boolean({ description: "Whether it is to stand open" }) }),
      example: { open: true },
      answer: STATE_ANSWER,
      handle: ({ body: { open } }) => {
        lock.setDoor(open);
        return state();
      },
    }),
    route({
      method: "POST",
      path: "/v1/thumb-turn",
      operationId: "turnThumb",
      tag: "hands",
      summary: "Turn the knob inside",
      description: "It moves the bolt by hand and asks nobody. Without `to` it goes the other way.",
      body: closed({ to: Type.Optional(Type.Enum(["drawn", "thrown"], { description: "Where the bolt is to go" })) }),
      example: { to: "drawn" },
      answer: STATE_ANSWER,
      handle: ({ body: { to } }) => {
        lock.turnThumb(to ?? (lock.hardware.bolt.position() === "thrown" ? "drawn" : "thrown"));
        return state();
      },
    }),
    route({
      method: "POST",
      path: "/v1/privacy",
      operationId: "setPrivacy",
      tag: "hands",
      summary: "Ask to be left alone, or no longer",
      description: "The switch inside. It stays as it is put.",
      body: closed({ on: Type.Boolean({ description: "Whether it is to be on" }) }),
      example: { on: true },
      answer: STATE_ANSWER,
      handle: ({ body: { on } }) => {
        lock.setPrivacy(on);
        return state();
      },
    }),
    route({
      method: "POST",
      path: "/v1/tamper",
      operationId: "moveCase",
      tag: "hands",
      summary: "Open or close the lock's case",
      description: "As with a screwdriver. Without `open` it is opened.",
      body: closed({ open: Type.Optional(Type.Boolean({ description: "Whether it is to be open", default: true })) }),
      example: { open: true },
      answer: STATE_ANSWER,
      handle: ({ body: { open = true } }) => {
        lock.setCase(open);
        return state();
      },
    }),
    route({
      method: "POST",
      path: "/v1/pairing-button",
      operationId: "pressPairingButton",
      tag: "hands",
      summary: "Press the button inside the door",
      description: "Pairing mode lasts 120 s.",
      body: closed({}),
      example: {},
      answer: STATE_ANSWER,
      refusals: NO_POWER,
      handle: () => {
        running(lock);
        lock.pressPairingButton();
        return state();
      },
    }),
    route({
      method: "POST",
      path: "/v1/factory-reset",
      operationId: "resetToFactory",
      tag: "hands",
      summary: "Reset the lock by hand",
      description: "It forgets its issuer, its gateways and its table, and begins a new generation of its log.",
      body: closed({}),
      example: {},
      answer: STATE_ANSWER,
      refusals: NO_POWER,
      handle: () => {
        running(lock);
        lock.factoryReset();
        return state();
      },
    }),
  ];
}
