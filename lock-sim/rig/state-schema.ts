import { type Static, Type } from "typebox";
import type { Signal } from "../hal.ts";
import { closed, count, hex } from "./fields.ts";

const SIGNALS = [
  "granted",
  "refused",
  "locked-out",
  "key-click",
  "pairing",
  "identify",
  "low-battery",
  "ajar",
] as const satisfies readonly Signal[];

const share = (description: string) => Type.Number({ minimum: 0, maximum: 1, description });

const microcoulomb = (description: string) => Type.Number({ minimum: 0, description: `${description}, in µC` });

const LinkFaults = closed(
  {
    isDown: Type.Boolean({ description: "Nothing comes through" }),
    delayMs: count("So late does every frame arrive, either way"),
    loss: share("The share of frames that is lost"),
    corruption: share("The share of frames with one bit turned over behind the carrier's checksum"),
  },
  "What happens to frames, either way",
);

/** What is there whether the lock has power or not. */
const always = {
  lockId: hex(8, "The lock's id"),
  label: Type.String({ description: "The label on the lock, with its pairing secret" }),
  hasPower: Type.Boolean({ description: "Without power what only firmware knows is absent" }),
  failure: Type.Union([Type.String(), Type.Null()], {
    description: "Why the lock refused to go on with its rotten flash",
  }),
  uptimeMs: count("Since power came, in milliseconds"),
  bolt: closed(
    {
      position: Type.Enum(["thrown", "drawn", "between"], { description: "What the end switches say" }),
      isDriven: Type.Boolean({ description: "Whether the motor turns" }),
    },
    "The bolt",
  ),
  door: Type.Enum(["open", "closed"], { description: "What the door sensor says" }),
  tag: Type.Union([hex(7, "UID"), Type.Null()], { description: "UID of the tag in the reader's field" }),
  privacy: Type.Boolean({ description: "Whether the privacy switch inside is on" }),
  tamper: Type.Boolean({ description: "Whether the lock's case is open" }),
  battery: closed(
    {
      millivolt: count("Under the load of the moment"),
      temperatureC: Type.Number({ description: "Of the cells, in °C" }),
    },
    "The battery",
  ),
  energy: closed(
    {
      microcoulomb: closed(
        {
          standby: microcoulomb("Asleep, but for looking at its sensors"),
          advertising: microcoulomb("Saying over the radio that it is there"),
          motor: microcoulomb("Moving the bolt"),
          crypto: microcoulomb("Keys, signatures and Diffie–Hellman"),
          flash: microcoulomb("Programming and erasing"),
          radio: microcoulomb("Connections and frames"),
        },
        "What it drew from the battery since the emulator began, by a model of its parts",
      ),
      batteryDays: Type.Number({
        minimum: 0,
        description:
          "So long would a fresh battery last if every day were like the time so far, the first of them quiet to its end",
      }),
    },
    "Charge",
  ),
  signal: Type.Union([Type.Enum([...SIGNALS]), Type.Null()], { description: "What was shown last by light and sound" }),
  link: closed(
    {
      framesIn: count("Frames that reached the lock"),
      framesOut: count("Frames it sent"),
      refused: count("Those of them that said ERR"),
      dropped: count("Damaged, lost, for another address, or come while there was no power"),
    },
    "What went over the carrier since the emulator began",
  ),
  faults: closed(
    {
      jam: Type.Boolean({ description: "The motor turns and the bolt stays" }),
      clockDriftPpm: Type.Number({ description: "So much is the calendar clock fast, in millionths" }),
      link: LinkFaults,
    },
    "What a rig has broken",
  ),
  flash: closed(
    {
      programs: count("Since the emulator began"),
      erases: count("Since the emulator began"),
      erasesByBlock: Type.Array(Type.Integer({ minimum: 0 }), { description: "Over the life of the chip" }),
    },
    "What was done to the flash",
  ),
};

/** What only running firmware knows. */
const running = {
  sigPk: Type.Optional(hex(33, "The key that signs its log, a compressed point")),
  generation: Type.Optional(count("How many factory resets there were")),
  pairingMode: Type.Optional(Type.Boolean({ description: "Whether a gateway may pair" })),
  slots: Type.Optional(
    Type.Array(
      closed({
        slot: count("Its number"),
        state: Type.Enum(["empty", "pending", "paired"]),
        gatewayId: Type.Optional(hex(8, "Whose it is")),
      }),
      { description: "Places for gateways" },
    ),
  ),
  clock: Type.Optional(
    closed(
      {
        seconds: count("Since 1970, UTC, as the lock believes"),
        isUncertain: Type.Boolean({ description: "Whether nobody has told it since it stopped" }),
      },
      "The calendar clock",
    ),
  ),
  epoch: Type.Optional(count("Of the roster that holds; 0 before the first")),
  grantIds: Type.Optional(Type.Array(hex(8, "Grant id"), { description: "The table" })),
  siteSecrets: Type.Optional(
    Type.Boolean({
      description: "Whether the roster brought the site's secrets: without them no tag and no PIN opens",
    }),
  ),
  log: Type.Optional(
    closed(
      {
        firstSeq: count("The oldest record of this generation that is there"),
        seq: count("The newest"),
        head: hex(16, "h of the newest"),
        receiptedThrough: count("Up to here a backend has them for good"),
      },
      "The log",
    ),
  ),
  flashHealth: Type.Optional(
    closed(
      {
        correctedBits: count("Rotten bits that were set right when power came"),
        lostGrants: count("Grants of the roster that are not in the table any more"),
      },
      "How the flash stands",
    ),
  ),
  keypadLockedOut: Type.Optional(Type.Boolean({ description: "Whether too many PINs were wrong" })),
  jammed: Type.Optional(Type.Boolean({ description: "Whether the lock found its bolt jammed" })),
  refusedWithoutRecord: Type.Optional(
    Type.Record(Type.String(), Type.Integer({ minimum: 0 }), {
      description: "Counts, since power came, of frames refused without a word",
    }),
  ),
};

/** The lock as a rig sees it. No secrets but the label. */
export const LockState = closed({ ...always, ...running }, "The lock, and what is around it");
export type LockState = Static<typeof LockState>;
