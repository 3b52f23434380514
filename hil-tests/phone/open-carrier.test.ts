import assert from "node:assert/strict";
import { test } from "node:test";
import { TransportError } from "../../gateway/transport/channel.ts";
import { TcpTransport } from "../../gateway/transport/tcp.ts";
import { TcpPort } from "../../lock-sim/port/tcp.ts";
import { Action } from "../../protocol/documents/order.ts";
import { giveOrder } from "./give-order.ts";
import { openCarrier } from "./open-carrier.ts";
import { PassSession } from "./pass-session.ts";
import { TestDoor } from "./testing/test-door.ts";

test("a phone reaches a lock over TCP", async () => {
  const door = await TestDoor.inService();
  const port = new TcpPort(door.lock, { host: "127.0.0.1", port: 0 });
  const via = await port.start();
  try {
    door.clock.advance(1_000);
    const carrier = await openCarrier(new TcpTransport(door.clock), via);
    const session = await PassSession.open(door.phone, carrier, door.known);
    const outcome = await giveOrder(door.phone, session, door.bearer(door.grant()), Action.courier);
    assert.equal(outcome.kind, "done");
    await carrier.close();
  } finally {
    await port.close();
  }
  await assert.rejects(openCarrier(new TcpTransport(door.clock), via), TransportError);
});
