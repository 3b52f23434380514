import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededRandom } from "../../../protocol/testing/seeded-random.ts";
import { VirtualClock } from "../../../protocol/testing/virtual-clock.ts";
import { ADVERTISING_CHANNELS_MHZ, dataChannelMhz } from "./channel.ts";
import { Medium, type Station } from "./medium.ts";
import { evenLoss, fastModel, type RadioModel, realisticModel } from "./model.ts";

const MHZ = 2402;
const PACKETS = 10_000;

function medium(model: Partial<RadioModel> = {}, seed = 1): Medium {
  return new Medium(new VirtualClock(), new SeededRandom(seed), { ...fastModel, ...model });
}

function station(x: number, y = 0): Station {
  return { place: { x, y }, packetLoss: 0 };
}

/** Share of packets that do not arrive. */
function lossOf(air: Medium, from: Station, to: Station, mhz = MHZ): number {
  const fates = Array.from({ length: PACKETS }, () => air.carry(from, to, mhz));
  return fates.filter((strengthDbm) => strengthDbm === undefined).length / PACKETS;
}

test("strength falls with the logarithm of the distance", () => {
  const air = medium({ pathLossExponent: 2.5 });
  for (const [metres, dbm] of [
    [1, -40],
    [10, -65],
    [100, -90],
  ] as const)
    assert.equal(air.carry(station(0), station(metres), MHZ), dbm);
});

test("two stations in one place hear each other, as loud as if they were 10 cm apart", () => {
  assert.equal(medium().carry(station(0), station(0), MHZ), -20);
});

test("beyond the receiver's sensitivity nothing arrives", () => {
  const air = medium({ sensitivityDbm: -80 });
  assert.equal(air.carry(station(0), station(100), MHZ), -80);
  assert.equal(air.carry(station(0), station(101), MHZ), undefined);
});

test("each wall in the line of sight takes its share, others none", () => {
  const air = medium();
  air.walls = [
    { from: { x: 5, y: -1 }, to: { x: 5, y: 1 }, attenuationDb: 12 },
    { from: { x: 6, y: -1 }, to: { x: 6, y: 1 }, attenuationDb: 3 },
    { from: { x: 7, y: 1 }, to: { x: 7, y: 9 }, attenuationDb: 50 },
    { from: { x: 12, y: -1 }, to: { x: 12, y: 1 }, attenuationDb: 50 },
  ];
  assert.equal(air.carry(station(0), station(10), MHZ), -75);
  assert.equal(air.carry(station(10), station(0), MHZ), -75);
});

test("fading spreads the strength around its mean, and makes the edge of range soft", () => {
  const air = medium({ fadingDb: 4 });
  const strengths = Array.from({ length: PACKETS }, () => air.carry(station(0), station(10), MHZ)!);
  const mean = strengths.reduce((sum, dbm) => sum + dbm, 0) / PACKETS;
  const spread = Math.sqrt(strengths.reduce((sum, dbm) => sum + (dbm - mean) ** 2, 0) / PACKETS);
  assert.ok(Math.abs(mean - -60) < 0.2, `mean ${mean}`);
  assert.ok(Math.abs(spread - 4) < 0.2, `spread ${spread}`);
  const atTheEdge = lossOf(air, station(0), station(10 ** 2.5));
  assert.ok(atTheEdge > 0.45 && atTheEdge < 0.55, `${atTheEdge}`);
});

test("a stair's worth of distance costs the realistic model its 2 % and no more", () => {
  const air = new Medium(new VirtualClock(), new SeededRandom(1), realisticModel);
  const loss = lossOf(air, station(0), station(15));
  assert.ok(loss > 0.015 && loss < 0.025, `${loss}`);
});

test("a bad antenna loses its share of what it sends and of what it is sent", () => {
  const air = medium();
  const bad: Station = { ...station(0), packetLoss: 0.3 };
  for (const [from, to] of [
    [bad, station(1)],
    [station(1), bad],
  ] as const) {
    const loss = lossOf(air, from, to);
    assert.ok(Math.abs(loss - 0.3) < 0.02, `${loss}`);
  }
});

test("loss in bursts comes in runs, at the share that its chances make", () => {
  const burstLoss = { goodLoss: 0, badLoss: 1, goodToBad: 0.01, badToGood: 0.09 };
  const air = medium({ loss: burstLoss });
  const [from, to] = [station(0), station(1)];
  const isLost = Array.from({ length: PACKETS }, () => air.carry(from, to, MHZ) === undefined);
  const share = isLost.filter(Boolean).length / PACKETS;
  const runs = isLost.filter((lost, n) => lost && !isLost[n - 1]).length;
  // In the long run one packet in ten, 1 / 0.09 in a run.
  assert.ok(share > 0.06 && share < 0.14, `${share}`);
  assert.ok((share * PACKETS) / runs > 7, `${runs} runs`);
});

test("a burst spoils both directions of a path, and no other path", () => {
  const air = medium({ loss: { goodLoss: 0, badLoss: 1, goodToBad: 1, badToGood: 0 } });
  const [a, b, c] = [station(0), station(1), station(2)];
  assert.notEqual(air.carry(a, b, MHZ), undefined);
  assert.equal(air.carry(b, a, MHZ), undefined);
  assert.notEqual(air.carry(a, c, MHZ), undefined);
});

test("Wi-Fi spoils the channels that it covers, as much as it sends, while it is there", () => {
  const air = medium({ loss: evenLoss(0) });
  const [from, to] = [station(0), station(1)];
  air.interferers = [{ wifiChannel: 6, busyShare: 0.4 }];
  const [low, middle, high] = ADVERTISING_CHANNELS_MHZ;
  assert.equal(lossOf(air, from, to, low), 0);
  assert.ok(Math.abs(lossOf(air, from, to, middle) - 0.4) < 0.02);
  assert.equal(lossOf(air, from, to, high), 0);
  const spoiled = Array.from({ length: 37 }, (_, n) => lossOf(air, from, to, dataChannelMhz(n)) > 0);
  assert.equal(spoiled.filter(Boolean).length, 11);
  air.interferers = [];
  assert.equal(lossOf(air, from, to, middle), 0);
});
