import assert from "node:assert/strict";
import { test } from "node:test";
import { formatHostPort, parseHostPort } from "./host-port.ts";

test("names, IPv4 and IPv6 in brackets are read, and written back the same", () => {
  for (const text of ["localhost:0", "127.0.0.1:7001", "[::1]:65535"])
    assert.equal(formatHostPort(parseHostPort(text)!), text);
});

test("anything else is none", () => {
  for (const text of [
    "",
    "7001",
    ":7001",
    "localhost",
    "localhost:",
    "localhost:65536",
    "::1:7001",
    "a b:1",
    "x:-1",
    "x:1e3",
  ]) {
    assert.equal(parseHostPort(text), undefined, text);
  }
});
