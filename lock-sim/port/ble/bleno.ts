/** Of bleno, a GATT server over HCI, what a lock needs; its own types are older than its code. */
export interface Bleno {
  readonly state: string;
  readonly PrimaryService: new (options: { uuid: string; characteristics: object[] }) => object;
  readonly Characteristic: new (options: CharacteristicOptions) => object;
  setServices(services: object[]): void;
  /** Also takes the place of what is advertised already. */
  startAdvertisingWithEIRData(advertisement: Buffer): void;
  stopAdvertising(): void;
  /** Of the central that came last. */
  disconnect(): void;
  on(event: "stateChange", listener: (state: string) => void): unknown;
  on(event: "accept" | "disconnect", listener: (address: string) => void): unknown;
  removeAllListeners(): unknown;
}

export interface CharacteristicOptions {
  uuid: string;
  properties: string[];
  onSubscribe?: (maxValueBytes: number, notify: (value: Buffer) => void) => void;
  onUnsubscribe?: () => void;
  /** `done(0)` is success; other values are ATT error codes. */
  onWriteRequest?: (value: Buffer, offset: number, withoutResponse: boolean, done: (result: number) => void) => void;
}
