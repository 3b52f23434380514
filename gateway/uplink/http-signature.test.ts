import assert from "node:assert/strict";
import { test } from "node:test";
import { opensslSuite } from "../../crypto/openssl.ts";
import { Secret } from "../../crypto/secret.ts";
import { ascii } from "../../protocol/wire/bytes.ts";
import { contentDigest, signatureHeaders } from "./http-signature.ts";

test("the signature of RFC 9421, B.2.5 comes out as it stands there", () => {
  const key = "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==";
  const parts = {
    suite: opensslSuite,
    keyId: "test-shared-secret",
    key: new Secret(new Uint8Array(Buffer.from(key, "base64"))),
  };
  const components = [
    ["date", "Tue, 20 Apr 2021 02:07:55 GMT"],
    ["@authority", "example.com"],
    ["content-type", "application/json"],
  ] as const;
  assert.deepEqual(signatureHeaders(parts, components, 1_618_884_473), {
    "signature-input": 'portvakt=("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"',
    signature: "portvakt=:pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=:",
  });
});

test("the digest of RFC 9530, B.1 comes out as it stands there", () => {
  const digest = contentDigest(opensslSuite, ascii('{"hello": "world"}\n'));
  assert.equal(digest, "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:");
});
