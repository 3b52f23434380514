import { join } from "node:path";
import { opensslSuite } from "../../../crypto/openssl.ts";
import { DEFAULT_SITE } from "../../../gateway/config.ts";
import { IssuerOffice } from "../../../gateway/rights/issuer-office.ts";
import { parseGrant, signGrant } from "../../../protocol/documents/grant.ts";
import { parseRoster, signRoster } from "../../../protocol/documents/roster.ts";
import { toHex } from "../../../protocol/wire/bytes.ts";
import { bareNodeCrypto } from "../bare/node-crypto.ts";
import type { Figure } from "../figure.ts";
import type { Bench, Row } from "../row.ts";
import { spread } from "../statistics.ts";
import { inTurns, rate, ratios } from "../turns.ts";

const SMALL_TABLE_GRANTS = 30;
const LOCKS = 20;
const GATEWAY_ID = "00000000000000aa";
const QUIET = { debug() {}, info() {}, warn() {}, error() {}, child: () => QUIET };

export const issuer: Row = {
  name: "issuer",
  how:
    `The issuer's library with @noble nowhere in it. *Made* is all of it: what was decided about ${LOCKS} locks is read ` +
    "from the database, each roster drawn up and signed, and the change stored so that it survives a power cut, in one " +
    "transaction; as it is when rosters are renewed before they go stale. *Signed* is the document alone, from its claims to its bytes, parsed " +
    "once more to be sure; beside it ES256 of node:crypto over as many bytes, its key imported beforehand. A grant that is given to a group " +
    "of all the locks makes a new roster for each of them.",

  async measure(bench) {
    const small = await Contender.open(bench, "small", Math.min(SMALL_TABLE_GRANTS, bench.effort.tableGrants));
    const large = await Contender.open(bench, "large", bench.effort.tableGrants);
    const { grant, roster } = small.documents();
    const [bare = [], grants = [], rosters = [], fewRosters = [], manyRosters = [], given = []] = await inTurns(
      bench.effort.rounds,
      [
        () => rate(bench.clock, bench.effort.roundMs, bareSign(bench, grant.bytes)),
        () => rate(bench.clock, bench.effort.roundMs, grant.sign),
        () => rate(bench.clock, bench.effort.roundMs, roster.sign),
        () => small.rostersPerSecond(),
        () => large.rostersPerSecond(),
        () => small.grantsPerSecond(),
      ],
    );
    await small.office.close();
    await large.office.close();
    const perSecond = (id: string, what: string, figures: number[]): Figure => ({
      id,
      what,
      unit: "per second",
      measured: spread(figures),
    });
    return [
      perSecond("bare", "ES256 alone, node:crypto", bare),
      perSecond("grantSigned", "grant signed", grants),
      {
        id: "grantSigned.ratio",
        what: "grant signed, to ES256 alone",
        unit: "ratio",
        measured: spread(ratios(grants, bare)),
      },
      perSecond("rosterSigned", "roster signed", rosters),
      perSecond("rosterMade.few", `roster of ${small.count} grants made`, fewRosters),
      perSecond("rosterMade.many", `roster of ${large.count} grants made`, manyRosters),
      perSecond(
        "grantGiven",
        `grant given to a group of ${LOCKS} locks with ${small.count} grants and more each`,
        given,
      ),
    ];
  },
};

/** An issuer whose locks all have so many grants. */
class Contender {
  readonly office: IssuerOffice;
  readonly count: number;
  readonly #bench: Bench;
  readonly #publicKey: string;

  private constructor(bench: Bench, office: IssuerOffice, count: number, publicKey: string) {
    this.#bench = bench;
    this.office = office;
    this.count = count;
    this.#publicKey = publicKey;
  }

  static async open(bench: Bench, name: string, count: number): Promise<Contender> {
    const { clock, random, directory } = bench;
    const world = {
      suite: opensslSuite,
      clock,
      random,
      log: QUIET,
      directory: join(directory, name),
      site: DEFAULT_SITE,
    };
    const office = await IssuerOffice.open(world);
    const newPoint = () =>
      toHex(opensslSuite.p256PublicKey(opensslSuite.p256PrivateKey((length) => random.bytes(length))));
    const contender = new Contender(bench, office, count, newPoint());
    const { groupId } = await office.rights.groups.add({ name: "all", locks: [] });
    // While the group is empty, a grant for it is in no roster.
    for (let made = 0; made < count; made++) await contender.#give();
    const reports = lockIds().map((lockId) => reportOf(lockId, newPoint()));
    await office.admit({ gatewayId: GATEWAY_ID, reports });
    await office.rights.groups.put(groupId, { name: "all", locks: lockIds() });
    return contender;
  }

  /** The newest of each, and how to sign it once more. */
  documents() {
    const [given] = this.office.rights.grants.list("", 1);
    const grant = given && parseGrant(opensslSuite, given.row.document);
    const roster = parseRoster(opensslSuite, this.office.roster(lockIds()[0] ?? "") ?? new Uint8Array());
    if (!grant?.ok || !roster.ok) throw new RangeError("an issuer without documents");
    const key = opensslSuite.p256PrivateKey((length) => this.#bench.random.bytes(length));
    const [grantClaims, rosterClaims] = [grant.value.claims, roster.value.claims];
    return {
      grant: { bytes: grant.value.payload.length, sign: () => void signGrant(opensslSuite, key, grantClaims) },
      roster: { sign: () => void signRoster(opensslSuite, key, rosterClaims) },
    };
  }

  rostersPerSecond(): Promise<number> {
    return this.#perSecond(LOCKS, () => this.office.renew(lockIds()));
  }

  grantsPerSecond(): Promise<number> {
    return this.#perSecond(1, () => this.#give());
  }

  async #perSecond(count: number, work: () => Promise<unknown>): Promise<number> {
    const { clock } = this.#bench;
    const startMs = clock.monotonicMs();
    await work();
    return (1000 * count) / (clock.monotonicMs() - startMs);
  }

  #give() {
    return this.office.rights.grants.add({
      groups: ["all"],
      with: [{ kind: "key", publicKey: this.#publicKey }],
      rights: ["unlock", "essential"],
    });
  }
}

function bareSign({ random }: Bench, bytes: number): () => void {
  const privateKey = opensslSuite.p256PrivateKey((length) => random.bytes(length));
  const unused = new Uint8Array(0);
  const { sign } = bareNodeCrypto({
    privateKey: privateKey.reveal(),
    message: random.bytes(bytes),
    key: unused,
    nonce: unused,
    aad: unused,
    text: unused,
    salt: unused,
    inputKey: unused,
    info: unused,
    publicKey: unused,
    signature: unused,
  });
  return () => void sign();
}

function lockIds(): string[] {
  return Array.from({ length: LOCKS }, (_, index) => (index + 1).toString(16).padStart(16, "0"));
}

function reportOf(lockId: string, publicKey: string): object {
  const lock = { gatewayId: GATEWAY_ID, generation: 0, model: "Emulated", hardware: 1, firmware: 1 };
  return { ...lock, lockId, sigPk: publicKey, boxPk: publicKey, wanted: { epoch: 0 } };
}
