import { deterministicSuite as suite } from "../../../crypto/testing/deterministic-suite.ts";
import { parseRoster } from "../../../protocol/documents/roster.ts";
import { toHex } from "../../../protocol/wire/bytes.ts";
import { UINT_MAX } from "../../../protocol/wire/cbor-shape.ts";
import type { Attack } from "../attack.ts";
import { reportOf, withOffice } from "../site/office.ts";
import { publicKeyOf } from "../thief/forge.ts";

/** Telling the issuer something else than how it stands with the locks. */
export const REPORTS: readonly Attack[] = [
  {
    name: "have the issuer seal secrets for a key of one's own",
    section: "§7",
    guard: "a lock's keys are taken in by a person, once; a report with others gets nothing",
    against: "secrets",
    patches: [
      {
        file: "gateway/rights/issuer-office.js",
        find: "const strangers = reports.filter((report) => !this.#isKnown(report));",
        replace: "await this.admit(message); const strangers = [];",
      },
    ],
    run: (scene) =>
      withOffice(scene, scene.front, async (office) => {
        const { front, ownKey } = scene;
        const { bundles } = await office.hear(reportOf(scene, front, { boxPk: toHex(publicKeyOf(ownKey)) }));
        for (const { document } of bundles.flatMap(({ rosters = [] }) => rosters)) {
          const roster = parseRoster(suite, document);
          const sealed = roster.ok && roster.value.claims.settings.sealedSecrets;
          if (sealed) scene.judge.sealed(front, sealed, ownKey);
        }
      }),
  },
  {
    name: "use up a lock's epochs by a report",
    section: "§7",
    guard:
      "a report whose epochs are far ahead of the issuer's own, ahead again within a day, or above 2^31, gets nothing",
    against: "others",
    patches: [
      {
        file: "gateway/rights/heard-report.js",
        find: "const EPOCH_MAX = 2 ** 31;",
        replace: "const EPOCH_MAX = 2 ** 32;",
      },
      {
        file: "gateway/rights/issuer-office.js",
        find: "return isSame && !isFarAhead && before !== undefined;",
        replace: "return isSame && before !== undefined;",
      },
    ],
    run: (scene) =>
      withOffice(scene, scene.front, async (office) => {
        const { front } = scene;
        const report = reportOf(scene, front, { wanted: { epoch: UINT_MAX } });
        // The issuer may take it for what it is, or be taken in so that it can sign nothing newer.
        await office.hear(report).catch(() => {});
        await scene.judge.expectRenewal(office, front);
      }),
  },
];
