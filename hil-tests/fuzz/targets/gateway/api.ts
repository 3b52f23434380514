import { RequestRefused } from "../../../../gateway/api/services.ts";
import { apiFixture } from "../../../../gateway/api/testing/api-fixture.ts";
import { LOCK_A } from "../../../../gateway/testing/grants-fixture.ts";
import type { Target } from "../../engine/target.ts";
import { Cleanups } from "../cleanups.ts";

const REQUESTS_MAX = 6;
const METHODS = ["GET", "POST", "PUT", "DELETE"] as const;
const utf8 = {
  encode: (text: string) => new TextEncoder().encode(text),
  decode: (bytes: Uint8Array) => new TextDecoder().decode(bytes),
};

const ID = "00112233445566aa";
const POINT = "02cf0b2351d8518c771cc555e29b7616ea15353dcefcee3b9af63bd365ebaa1e4e";
const GRANT = `{"name":"Home care","locks":["${LOCK_A}"],"until":"2027-06-30T18:00:00+02:00","schedule":[{"days":["mon","fri"],"from":"17:00","to":"22:00"}],"with":[{"kind":"pin"}],"rights":["unlock"]}`;
const KEYED = `{"subject":"${ID}","groups":["Stair 4"],"from":"2027-01-01T00:00:00Z","with":[{"kind":"key","publicKey":"${POINT}"},{"kind":"tag","uid":"04010203040506"},{"kind":"pin","digits":"482915"}],"require":2,"rights":["unlock","essential"],"uses":3}`;

const SEEDS: readonly string[] = [
  `POST /v1/grants ${GRANT}\nGET /v1/grants\nGET /v1/grants?limit=1&after=`,
  `POST /v1/groups {"name":"Stair 4","locks":["${LOCK_A}"]}\nPUT /v1/grants/${ID} ${KEYED}\nDELETE /v1/grants/${ID}`,
  `PUT /v1/grants/${ID} ${GRANT}\nPUT /v1/grants/${ID} ${GRANT}\nGET /v1/grants/${ID}`,
  `GET /v1/locks\nGET /v1/locks/${LOCK_A}\nGET /v1/locks/${LOCK_A}/sync\nGET /v1/health\nGET /metrics\nGET /openapi.json`,
  `POST /v1/locks/${LOCK_A}/actions {"action":"unlock"}`,
  `PUT /v1/locks/${LOCK_A}/settings {"name":"Laundry","unlockSeconds":8,"tz":"CET-1CEST,M3.5.0,M10.5.0/3","holidays":["2027-12-25"],"stair":"4"}\nGET /v1/locks/${LOCK_A}/settings`,
  `PUT /v1/holidays {"dates":["2027-12-25","2027-12-26"]}\nGET /v1/holidays`,
  `POST /v1/pairings {"label":"LK1:AAAA","via":"tcp://127.0.0.1:7001"}\nGET /v1/pairings/${ID}`,
  `POST /v1/groups {"name":"Stair 4"}\nGET /v1/groups\nPUT /v1/groups/${ID} {"name":"x","locks":[]}\nDELETE /v1/groups/${ID}`,
  `POST /v1/tokens {"role":"viewer","name":"screen"}\nGET /v1/tokens\nDELETE /v1/tokens/${ID}`,
  `GET /v1/events?limit=2&after=abc\nGET /v1/events?lockId=${LOCK_A}`,
];

const TOKENS = [
  ...METHODS.map((method) => `\n${method} /v1/`),
  '"essential"',
  '"overrides-privacy"',
  '"holiday"',
  '"24:00"',
  '"__proto__":1,',
  "null",
  "-1",
  "4294967295",
  "4294967296",
  "1e400",
  "0.5",
  '"1969-12-31T23:59:59Z"',
  '"9999-12-31T23:59:59Z"',
  '"0000-01-01T00:00:00Z"',
  '"2106-02-07T06:28:16Z"',
  '"2027-02-30"',
  "\\ud800",
  "\\u0000",
  "%00",
  "%ff",
  "?limit=",
  "&after=",
  "[]",
  "{}",
  "é",
];

/**
 * The REST interface over real stores: a line is a request, `METHOD address body`. Whatever is asked, the answer is none that
 * says that the gateway itself is at fault: that would end the daemon.
 */
export const api: Target = {
  name: "api",
  seeds: () => SEEDS.map(utf8.encode),
  dictionary: TOKENS.map(utf8.encode),
  inputBytesMax: 1200,
  batch: 50,
  allowed: [],
  executionsPerOpen: 300,
  open: async () => {
    const cleanups = new Cleanups();
    const { ask, mistakes, played } = await apiFixture(cleanups);
    played.startPairing = async () => {
      throw new RequestRefused("pairing-running", "The fuzzer pairs nothing.", "label");
    };
    return {
      execute: async (input) => {
        for (const line of utf8.decode(input).split("\n").slice(0, REQUESTS_MAX)) {
          const [, method, url, body] = /^(GET|POST|PUT|DELETE) (\/[!-~]*)(?: (.*))?$/.exec(line) ?? [];
          if (!method || !url) continue;
          const { status } = await ask(method as (typeof METHODS)[number], url, body);
          if (mistakes.length > 0) throw mistakes.shift();
          if (status >= 500) throw new Error(`${method} ${url} answers ${status}`);
        }
      },
      close: () => cleanups.run(),
    };
  },
};
