import { type Static, Type } from "@fastify/type-provider-typebox";
import { dateText } from "../../rights/calendar-date.ts";
import { HOLIDAYS_MAX } from "../../rights/site-settings.ts";
import type { LockStore } from "../../store/lock-store.ts";
import type { Api, ApiParts } from "../api.ts";
import { LockId } from "../fields.ts";
import { BODY_PROBLEMS, ProblemError, problemResponses } from "../problem.ts";

const DAY_SECONDS = 86_400;
const HOUR_SECONDS = 3_600;
const WRONG_TRIES_MAX = 100;
const KEEP_DAYS_MAX = 3650;

const LockParams = Type.Object({ lockId: LockId });

const Holidays = Type.Array(Type.String({ format: "date", examples: ["2027-12-25"] }), {
  maxItems: HOLIDAYS_MAX,
  uniqueItems: true,
  description: "Local dates: on these days only windows with `holiday` hold",
});

function seconds(minimum: number, maximum: number, description: string) {
  return Type.Integer({ minimum, maximum, description });
}

const SETTINGS = {
  name: Type.String({ minLength: 1, maxLength: 32, description: "What the lock is called; at most 32 bytes" }),
  tz: Type.String({
    minLength: 1,
    description: "POSIX TZ with its rules; the site's if absent",
    examples: ["CET-1CEST,M3.5.0,M10.5.0/3"],
  }),
  holidays: Holidays,
  stair: Type.String({
    minLength: 1,
    maxLength: 32,
    description:
      "Locks of one stair check tags and PINs with the same secrets, which each of them yields if it is opened",
  }),
  autoRelockSeconds: seconds(0, DAY_SECONDS, "After opening by hand; 0 = never"),
  wrongTriesMax: Type.Integer({ minimum: 1, maximum: WRONG_TRIES_MAX, description: "Then the keypad is locked out" }),
  lockoutSeconds: seconds(0, HOUR_SECONDS, "The first time; doubles up to an hour"),
  unlockSeconds: seconds(1, HOUR_SECONDS, "How long an unlock keeps the bolt drawn"),
  ajarSeconds: seconds(1, DAY_SECONDS, "Then a door that stands open is reported"),
  keepDays: Type.Integer({
    minimum: 1,
    maximum: KEEP_DAYS_MAX,
    description: "How long delivered events stay at the gateway; as its configuration has it if absent",
  }),
};

const EXAMPLE = { name: "Laundry", unlockSeconds: 8 };
const OwnSettings = Type.Partial(Type.Object(SETTINGS), { additionalProperties: false, examples: [EXAMPLE] });
const { name, keepDays, ...ALWAYS_IN_FORCE } = SETTINGS;

export const SettingsView = Type.Object(
  {
    lockId: LockId,
    settings: OwnSettings,
    inForce: Type.Object({ name: Type.Optional(name), keepDays: Type.Optional(keepDays), ...ALWAYS_IN_FORCE }),
  },
  {
    $id: "Settings",
    description: "What has been set at a lock, and what holds there with the defaults",
    examples: [
      {
        lockId: "0a1b2c3d4e5f6071",
        settings: EXAMPLE,
        inForce: {
          ...EXAMPLE,
          tz: "CET-1CEST,M3.5.0,M10.5.0/3",
          holidays: ["2027-12-25"],
          stair: "4",
          autoRelockSeconds: 0,
          wrongTriesMax: 5,
          lockoutSeconds: 60,
          ajarSeconds: 60,
        },
      },
    ],
  },
);

export type SettingsJson = Static<typeof SettingsView>;

const HolidaysBody = Type.Object(
  { dates: Holidays },
  { additionalProperties: false, examples: [{ dates: ["2027-12-25", "2027-12-26"] }] },
);

export const HolidaysView = Type.Object(
  { dates: Holidays },
  {
    $id: "Holidays",
    description: "The site's, for every lock that has none of its own",
    examples: [{ dates: ["2027-12-25", "2027-12-26"] }],
  },
);

const SET_PROBLEMS = [...BODY_PROBLEMS, "store-failed"] as const;

export interface SettingsParts extends Pick<ApiParts, "siteSettings"> {
  locks: Pick<LockStore, "get">;
}

export function addSettingsRoutes(api: Api, { locks, siteSettings }: SettingsParts): void {
  const view = (lockId: string): SettingsJson => {
    if (!locks.get(lockId)) throw new ProblemError("unknown-lock", `No lock ${lockId} is paired here.`);
    const { holidays, ...settings } = siteSettings.ofLock(lockId);
    const inForce = siteSettings.inForce(lockId);
    return {
      lockId,
      settings: { ...settings, ...(holidays && { holidays: holidays.map(dateText) }) },
      inForce: { ...inForce, holidays: inForce.holidays.map(dateText) },
    };
  };

  api.get(
    "/locks/:lockId/settings",
    {
      schema: {
        operationId: "getSettings",
        summary: "How a lock is set",
        tags: ["locks"],
        params: LockParams,
        response: {
          200: { description: "Its settings", $ref: "Settings#" },
          ...problemResponses("unknown-lock", "field-invalid"),
        },
      },
    },
    async (request) => view(request.params.lockId),
  );

  api.put(
    "/locks/:lockId/settings",
    {
      schema: {
        operationId: "putSettings",
        summary: "Set a lock; what is left out is as the site or the protocol has it",
        tags: ["locks"],
        params: LockParams,
        body: OwnSettings,
        response: {
          200: { description: "Wanted at the lock", $ref: "Settings#" },
          ...problemResponses(...SET_PROBLEMS, "unknown-lock", "stairs-mixed"),
        },
      },
    },
    async (request) => {
      const { lockId } = request.params;
      await siteSettings.put(lockId, request.body);
      return view(lockId);
    },
  );

  api.get(
    "/holidays",
    {
      schema: {
        operationId: "getHolidays",
        summary: "The site's holidays",
        tags: ["locks"],
        response: { 200: { description: "In order", $ref: "Holidays#" }, ...problemResponses() },
      },
    },
    async () => ({ dates: siteSettings.holidays() }),
  );

  api.put(
    "/holidays",
    {
      schema: {
        operationId: "putHolidays",
        summary: "Replace the site's holidays",
        tags: ["locks"],
        body: HolidaysBody,
        response: {
          200: { description: "Wanted at the locks", $ref: "Holidays#" },
          ...problemResponses(...SET_PROBLEMS),
        },
      },
    },
    async (request) => {
      await siteSettings.putHolidays(request.body.dates);
      return { dates: siteSettings.holidays() };
    },
  );
}
