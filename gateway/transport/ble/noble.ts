/**
 * Of noble, in either of its forks, what the gateway uses. Its promises are left alone: some never settle, so every call goes with a
 * callback into `settles`.
 */
export interface Noble {
  /** Reading it makes the library begin; throws where there is no adapter. */
  readonly state: string;
  startScanning(serviceUuids: string[], allowDuplicates: boolean, done: (error?: Error | null) => void): void;
  stopScanning(done: () => void): void;
  cancelConnect(peripheralId: string): void;
  reset(): void;
  /** In one fork only. */
  stop?(): void;
  on(event: "stateChange", listener: (state: string) => void): unknown;
  on(event: "discover", listener: (peripheral: Peripheral) => void): unknown;
  on(event: "warning", listener: (message: string) => void): unknown;
  removeAllListeners(event: "stateChange" | "discover"): unknown;
}

export interface Peripheral {
  readonly id: string;
  readonly rssi: number;
  /** ATT_MTU of the connection; null until it has been exchanged. */
  readonly mtu: number | null;
  readonly advertisement: { readonly serviceData?: readonly { uuid: string; data: Uint8Array }[] };
  /** What the library believes. Never read: it may be wrong for good. Set, so that the library does what it is told. */
  state: string;
  connect(parameters: ConnectParameters): void;
  disconnect(): void;
  discoverServices(uuids: string[], done: Done<readonly Service[]>): void;
  writeHandle(handle: number, data: Buffer, withoutResponse: boolean, done?: Done<void>): void;
  on(event: "connect", listener: (error?: Error | null) => void): unknown;
  on(event: "disconnect", listener: () => void): unknown;
  on(event: "handleNotify", listener: (handle: number, data: Uint8Array) => void): unknown;
  once(event: "connect", listener: (error?: Error | null) => void): unknown;
  removeListener(event: "connect", listener: (error?: Error | null) => void): unknown;
  removeListener(event: "handleNotify", listener: (handle: number, data: Uint8Array) => void): unknown;
}

export interface Service {
  discoverCharacteristics(uuids: string[], done: Done<readonly Characteristic[]>): void;
  /** As they stand in the lock's table, with their handles. */
  once(event: "characteristicsDiscovered", listener: (found: readonly FoundCharacteristic[]) => void): unknown;
}

export interface Characteristic {
  readonly uuid: string;
  subscribe(done: Done<void>): void;
}

export interface FoundCharacteristic {
  readonly uuid: string;
  readonly valueHandle: number;
  /** The last handle that belongs to it. */
  readonly endHandle: number;
  /** Bits: 4 write without response, 8 write, 16 notify. */
  readonly rawProps: number;
}

/** In units of HCI: 1.25 ms for intervals, 10 ms for the time-out. */
export interface ConnectParameters {
  minInterval: number;
  maxInterval: number;
  latency: number;
  timeout: number;
}

export type Done<T> = (error: Error | string | null | undefined, value: T) => void;
