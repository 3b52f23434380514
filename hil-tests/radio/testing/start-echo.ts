import type { Bleno } from "./hosts.ts";

/** Advertises service fff0 and notifies on fff2 what is written to fff1. Resolves when bleno advertises. */
export async function startEcho(bleno: Bleno): Promise<void> {
  let notify: ((data: Buffer) => void) | undefined;
  const write = new bleno.Characteristic({
    uuid: "fff1",
    properties: ["write", "writeWithoutResponse"],
    onWriteRequest(data: Buffer, _offset: number, _withoutResponse: boolean, callback: (result: number) => void) {
      callback(0);
      notify?.(data);
    },
  });
  const echo = new bleno.Characteristic({
    uuid: "fff2",
    properties: ["notify"],
    onSubscribe(_maxBytes: number, update: (data: Buffer) => void) {
      notify = update;
    },
    onUnsubscribe() {
      notify = undefined;
    },
  });
  await new Promise<void>((resolve) => {
    bleno.on("stateChange", (state) => {
      if (state === "poweredOn") resolve();
    });
  });
  await new Promise<void>((resolve) => {
    bleno.startAdvertising("echo", ["fff0"], () => resolve());
  });
  await new Promise<void>((resolve) => {
    bleno.setServices([new bleno.PrimaryService({ uuid: "fff0", characteristics: [write, echo] })], () => resolve());
  });
}
