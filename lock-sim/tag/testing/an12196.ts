// NXP AN12196, NTAG 424 DNA and NTAG 424 DNA TagTamper features and hints: authentications and a command, step by step.

const ZERO_KEY = "00000000000000000000000000000000";

/** AuthenticateEV2First with key 0 (table 14) and with key 3 (table 19). */
export const AUTHENTICATIONS = [
  {
    table: 14,
    key: ZERO_KEY,
    keyNumber: 0,
    firstCommand: "9071000002000000",
    encryptedRndB: "a04c124213c186f22399d33ac2a30215",
    rndB: "b9e2fc789b64bf237cccaa20ec7e6e48",
    rndA: "13c5db8a5930439fc3def9a4c675360f",
    readerProof: "35c3e05a752e0144bac0de51c1f22c56b34408a23d8aea266cab947ea8e0118d",
    tagProof: "3fa64db5446d1f34cd6ea311167f5e4985b89690c04a05f17fa7ab2f08120663",
    transactionId: "9d00c4df",
    sv1: "a55a0001008013c56268a548d8fbbf237cccaa20ec7e6e48c3def9a4c675360f",
    sv2: "5aa50001008013c56268a548d8fbbf237cccaa20ec7e6e48c3def9a4c675360f",
    encryptionKey: "1309c877509e5a215007ff0ed19ca564",
    macKey: "4c6626f5e72ea694202139295c7a7fc7",
  },
  {
    table: 19,
    key: ZERO_KEY,
    keyNumber: 3,
    firstCommand: "9071000002030000",
    encryptedRndB: "b875ceb0e66a6c5cd00898dc371f92d1",
    rndB: "91517975190dcea6104948efa3085c1b",
    rndA: "b98f4c50cf1c2e084fd150e33992b048",
    readerProof: "ff0306e47dfbc50087c4d8a78e88e62de1e8be457aa477c707e2f0874916a8b1",
    tagProof: "0cc9a8094a8eea683ecaac5c7bf20584206d0608d477110fc6b3d5d3f65c3a6a",
    transactionId: "7614281a",
    sv1: "a55a00010080b98fdd01b6693705cea6104948efa3085c1b4fd150e33992b048",
    sv2: "5aa500010080b98fdd01b6693705cea6104948efa3085c1b4fd150e33992b048",
    encryptionKey: "7a93d6571e4b180fca6ac90c9a7488d4",
    macKey: "fc4af159b62e549b5812394cab1918cc",
  },
] as const;

/** GetCardUID, the first command of a session (table 28). */
export const GET_CARD_UID = {
  transactionId: "df055522",
  encryptionKey: "2b4d963c014dc36f24f69a50a394f875",
  macKey: "379d32130ce61705dd5fd8c36b95d764",
  instruction: 0x51,
  commandMac: "8e2c155adda99be3",
  answer: "70756055688505b52a5e26e59e329cd6595f672298ea41b7",
  uid: "04958caa5c5e80",
} as const;
