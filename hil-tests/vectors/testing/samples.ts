/** A few published vectors of each folder, in the form of their files: path → text. */
export const SAMPLES: Readonly<Record<string, string>> = {
  // RFC 8949 appendix A.
  "cbor/appendix_a.json": JSON.stringify([
    { hex: "1b000000e8d4a51000", roundtrip: true, decoded: 1000000000000 },
    { hex: "3903e7", roundtrip: true, decoded: -1000 },
    { hex: "4401020304", roundtrip: true, diagnostic: "h'01020304'" },
    { hex: "64f0908591", roundtrip: true, decoded: "\u{10151}" },
    { hex: "a201020304", roundtrip: true, diagnostic: "{1: 2, 3: 4}" },
    { hex: "826161a161626163", roundtrip: true, decoded: ["a", { b: "c" }] },
    { hex: "f93e00", roundtrip: true, decoded: 1.5 },
    { hex: "c11a514b67b0", roundtrip: true, diagnostic: "1(1363896240)" },
    { hex: "9f018202039f0405ffff", roundtrip: false, decoded: [1, [2, 3], [4, 5]] },
  ]),

  // cose-wg/Examples.
  "cose/sign1-tests/sign-pass-02.json": sign1({
    title: "sign-pass-02: External",
    external: "11aa22bb33cc44dd55006699",
    toBeSigned: "846A5369676E61747572653143A101264C11AA22BB33CC44DD5500669954546869732069732074686520636F6E74656E742E",
    cbor:
      "D28443A10126A10442313154546869732069732074686520636F6E74656E742E584010729CD711CB3813D8D8E944A8DA7111E7B258C9" +
      "BDCA6135F7AE1ADBEE9509891267837E1E33BD36C150326AE62755C6BD8E540C3E8F92D7D225E8DB72B8820B",
  }),
  "cose/sign1-tests/sign-fail-02.json": sign1({
    title: "sign-fail-02: Change signature",
    fail: true,
    toBeSigned: "846A5369676E61747572653143A101264054546869732069732074686520636F6E74656E742E",
    cbor:
      "D28443A10126A10442313154546869732069732074686520636F6E74656E742F58408EB33E4CA31D1C465AB05AAC34CC6B23D58FEF5C" +
      "083106C4D25A91AEF0B0117E2AF9A291AA32E14AB834DC56ED2A223444547E01F11D3B0916E5A4C345CACB36",
  }),
  "cose/CWT/A_7.json": JSON.stringify({
    title: "CWT, RFC 8392 A.7",
    input: { plaintext_hex: "a106fb41d584367c200000", mac0: { alg: "HS256/64" } },
    intermediates: {
      ToMac_hex: "84644D41433043A10104404BA106FB41D584367C200000",
      CEK_hex: "403697DE87AF64611C1D32A05DAB0FE1FCB715A86AB435F1EC99192D79569388",
    },
    output: { cbor: "D18443A10104A04BA106FB41D584367C20000048B8816F34C0542892" },
  }),

  // NXP AN12196, tables 7, 14 and 28, and AN10922.
  "desfire-ev2/an12196-ev2.json": JSON.stringify({
    auth: [
      {
        id: "table14",
        kind: "EV2First",
        key: "00000000000000000000000000000000",
        encRndB: "A04C124213C186F22399D33AC2A30215",
        rndB: "B9E2FC789B64BF237CCCAA20EC7E6E48",
        rndA: "13C5DB8A5930439FC3DEF9A4C675360F",
        pcdCryptogram: "35C3E05A752E0144BAC0DE51C1F22C56B34408A23D8AEA266CAB947EA8E0118D",
        piccResponse: "3FA64DB5446D1F34CD6EA311167F5E4985B89690C04A05F17FA7AB2F08120663",
        ti: "9D00C4DF",
        sv1: "A55A0001008013C56268A548D8FBBF237CCCAA20EC7E6E48C3DEF9A4C675360F",
        sv2: "5AA50001008013C56268A548D8FBBF237CCCAA20EC7E6E48C3DEF9A4C675360F",
        sesAuthEncKey: "1309C877509E5A215007FF0ED19CA564",
        sesAuthMacKey: "4C6626F5E72EA694202139295C7A7FC7",
      },
    ],
    mac: [
      {
        id: "table7-GetFileSettings-cmd",
        macKey: "8248134A386E86EB7FAF54A52E536CB6",
        macInput: "F500007A21085E02",
        cmac: "B565AC978FA46D5784C845CD1444102C",
        mact: "6597A457C8CD442C",
      },
    ],
    full: [
      {
        id: "table28-GetCardUID-rsp",
        encKey: "2B4D963C014DC36F24F69A50A394F875",
        macKey: "379D32130CE61705DD5FD8C36B95D764",
        ti: "DF055522",
        cmdCtr: 0,
        cmd: "51",
        header: "",
        data: "",
        capdu: "90510000088E2C155ADDA99BE300",
        ivr: "7F6BB0B278EA054CBD238C5D9E9E342B",
        rspEnc: "70756055688505B52A5E26E59E329CD6",
        rspMact: "595F672298EA41B7",
        rspData: "04958CAA5C5E80",
      },
    ],
    keyDiversification: [
      {
        id: "AN10922-AES128",
        masterKey: "00112233445566778899AABBCCDDEEFF",
        cmacInput: "0104782E21801D803042F54E585020416275",
        key: "A8DD63A3B89D54B37CA802473FDA9175",
      },
    ],
  }),

  // NIST CAVS 11.0, with the line ends of its files.
  "nist-cavp-ccm/DVPT128.rsp": [
    "#  CAVS 11.0",
    "",
    "[Alen = 0, Plen = 0, Nlen = 7, Tlen = 4]",
    "",
    "Key = 4ae701103c63deca5b5a3939d7d05992",
    "",
    "Count = 0",
    "Nonce = 5a8aa485c316e9",
    "Adata = 00",
    "CT = 02209f55",
    "Result = Pass",
    "Payload = 00",
    "",
    "Count = 1",
    "Nonce = 3796cf51b87266",
    "Adata = 00",
    "CT = 9a04c241",
    "Result = Fail",
    "",
  ].join("\r\n"),

  // RFC 3610 §8.
  "rfc3610-rfc4493/rfc3610.json": JSON.stringify({
    vectors: [
      {
        packetVector: 1,
        key: "c0c1c2c3c4c5c6c7c8c9cacbcccdcecf",
        payload: "08090a0b0c0d0e0f101112131415161718191a1b1c1d1e",
        nonce: "00000003020100a0a1a2a3a4a5",
        aad: "0001020304050607",
        ciphertextAndTag: "588c979a61c663d2f066d0c2c0f989806d5f6b61dac38417e8d12cfdf926e0",
        tagLength: 8,
      },
    ],
  }),

  // C2SP/wycheproof.
  "wycheproof/aes_cmac_test.json": JSON.stringify({
    testGroups: [
      {
        keySize: 128,
        tests: [
          {
            tcId: 2,
            comment: "short message",
            flags: ["Pseudorandom"],
            key: "e1e726677f4893890f8c027f9d8ef80d",
            msg: "3f",
            tag: "15f856bbed3b321952a584b3c4437a63",
            result: "valid",
          },
        ],
      },
    ],
  }),
  "wycheproof/ecdh_secp256r1_ecpoint_test.json": JSON.stringify({
    testGroups: [
      {
        tests: [
          {
            tcId: 2,
            comment: "compressed public key",
            flags: ["CompressedPublic", "CompressedPoint"],
            public: "0362d5bd3372af75fe85a040715d0f502428e07046868b0bfdfa61d731afe44f26",
            private: "0612465c89a023ab17855b0a6bcebfd3febb53aef84138647b5352e02c10c346",
            shared: "53020d908b0219328b658b525f26780e3ae12bcd952bb25a93bc0895e1714285",
            result: "acceptable",
          },
        ],
      },
    ],
  }),
};

/** An example signed with the key "11" of cose-wg/Examples. */
function sign1(example: { title: string; fail?: true; external?: string; toBeSigned: string; cbor: string }): string {
  const { title, fail, external, toBeSigned, cbor } = example;
  const key = {
    x: "usWxHK2PmfnHKwXPS54m0kTcGJ90UiglWiGahtagnv8",
    y: "IBOL-C3BttVivg-lSreASjpkttcsz-1rb7btKLv8EX4",
  };
  return JSON.stringify({
    title,
    fail,
    input: { sign0: { key, alg: "ES256", external } },
    intermediates: { ToBeSign_hex: toBeSigned },
    output: { cbor },
  });
}
