import { Type } from "typebox";
import { CONDITION_LANGUAGE, parseCondition } from "../condition.ts";
import type { EventStreams } from "../event-streams.ts";
import { closed } from "../fields.ts";
import { LogRecordView, logView } from "../log-view.ts";
import { jsonReply } from "../reply.ts";
import type { RigParts } from "../rig-parts.ts";
import { type Route, route } from "../route.ts";
import type { StateView } from "../state.ts";
import type { StateWaiters } from "../state-waiters.ts";
import { NO_POWER, running, STATE_ANSWER } from "./answers.ts";

const TIMEOUT_MS_DEFAULT = 10_000;
const TIMEOUT_MS_MAX = 600_000;
const CONDITION_LENGTH_MAX = 500;

export function lookingRoutes(
  { lock }: RigParts,
  view: StateView,
  waiters: StateWaiters,
  streams: EventStreams,
): Route[] {
  return [
    route({
      method: "GET",
      path: "/v1/state",
      operationId: "getState",
      tag: "looking",
      summary: "The state, at once or when it is as wished",
      description: `With \`until\` the answer waits for a condition, so that no rig sleeps and polls. ${CONDITION_LANGUAGE}`,
      query: closed({
        until: Type.Optional(
          Type.String({ minLength: 1, maxLength: CONDITION_LENGTH_MAX, description: "The condition to wait for" }),
        ),
        timeoutMs: Type.Optional(
          Type.Integer({
            minimum: 0,
            maximum: TIMEOUT_MS_MAX,
            default: TIMEOUT_MS_DEFAULT,
            description: "How long to wait for it",
          }),
        ),
      }),
      answer: { ...STATE_ANSWER, description: "The state of the lock" },
      refusals: {
        503: "Too many wait already",
        504: "The condition did not come in time; `detail` names the first term that is not met and what stands there",
      },
      handle: async ({ query: { until, timeoutMs = TIMEOUT_MS_DEFAULT }, gone }) =>
        jsonReply(until === undefined ? view.now() : await waiters.until(parseCondition(until), timeoutMs, gone)),
    }),
    route({
      method: "GET",
      path: "/v1/state/stream",
      operationId: "followState",
      tag: "looking",
      summary: "What happens, as it happens",
      description:
        "Server-sent events: `state` (at first and at every change but that of time alone), `signal` (`{signal}`, light and " +
        "sound), `record` (a record of the log; its id is `generation-seq`, and with it in `Last-Event-ID` the records since " +
        "then come first). A client that comes while the lock has no power gets the whole log when it has. A comment " +
        "every 15 s is a heartbeat.",
      answer: {
        type: "text/event-stream",
        schema: Type.String({ description: "Events until the client goes" }),
        description: "The stream",
      },
      refusals: { 503: "Too many clients follow already" },
      handle: ({ headers }) => streams.follow(headers["last-event-id"]?.toString()),
    }),
    route({
      method: "GET",
      path: "/v1/log",
      operationId: "getLog",
      tag: "looking",
      summary: "The log",
      description: "All records that the lock holds, of all generations, oldest first.",
      answer: {
        type: "application/json",
        schema: closed({ records: Type.Array(LogRecordView) }),
        description: "The records",
      },
      refusals: NO_POWER,
      handle: () => jsonReply({ records: logView(running(lock).inside.store) }),
    }),
  ];
}
