/**
 * What firmware may touch, and nothing else. Every call returns at once: firmware has no threads and waits for nothing;
 * it is told of time by `tick` and asks for the next one with `wakeAt`. Between them it sleeps: what hands do at the lock
 * (door, thumb-turn, keys, tags, privacy, case) raises an interrupt, and firmware gets a `tick` at once.
 */
export interface Hal {
  readonly flash: Flash;
  readonly rtc: Rtc;
  readonly uptime: Uptime;
  readonly bolt: Bolt;
  readonly door: DoorSensor;
  readonly keypad: Keypad;
  readonly tags: TagReader;
  readonly thumbTurn: ThumbTurn;
  readonly privacy: PrivacyButton;
  readonly tamper: Tamper;
  readonly battery: Battery;
  readonly entropy: Entropy;
  readonly link: Link;
  readonly signals: Signals;
}

/** NOR flash: reading is free, programming turns 1 into 0, erasing a block turns all of it into FF. The only memory that lasts. */
export interface Flash {
  readonly sizeBytes: number;
  readonly eraseBlockBytes: number;
  /** A copy of `length` bytes from `offset`. */
  read(offset: number, length: number): Uint8Array;
  /** ANDs `bytes` into the cells. Not atomic: a power cut leaves any prefix, and the byte it stopped in half done. */
  program(offset: number, bytes: Uint8Array): void;
  /** Erases the block that begins at `offset`. A power cut leaves it in any state. */
  eraseBlock(offset: number): void;
}

/** The calendar clock, kept by a cell of its own while the lock has no power. */
export interface Rtc {
  /** Seconds since 1970, UTC, as last set and run on since. */
  seconds(): number;
  set(seconds: number): void;
  /** True once the clock has stopped (cell empty, oscillator failed); stays so until `set`. */
  stopped(): boolean;
}

export interface Uptime {
  /** Milliseconds since power came on. */
  milliseconds(): number;
}

/** Where a bolt's travel ends. */
export type EndStop = "thrown" | "drawn";

export interface Bolt {
  /** Starts the motor towards an end stop; calling again changes the direction. Travel takes time. */
  drive(to: EndStop): void;
  stop(): void;
  /** What the end switches say. */
  position(): EndStop | "between";
}

/** The knob inside the door. It moves the bolt without asking anybody, whatever the motor does, and raises an interrupt. */
export interface ThumbTurn {
  /** Where a hand has turned it since it was asked last. */
  take(): EndStop | undefined;
}

/** A contact that raises an interrupt both ways. */
export interface DoorSensor {
  isOpen(): boolean;
}

export type Key = "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "*" | "#";

/** Each key raises an interrupt and waits in a small queue; one that finds it full is lost. */
export interface Keypad {
  /** The oldest key that waits. */
  take(): Key | undefined;
}

/**
 * An ISO 14443-4 reader whose low-power card detection goes on while the lock sleeps, and raises an interrupt when a tag comes
 * or goes.
 */
export interface TagReader {
  /** UID of the tag in the field. */
  poll(): Uint8Array | undefined;
  /** Sends a command APDU to the tag in the field; its response APDU, or undefined if the tag has gone. */
  exchange(apdu: Uint8Array): Uint8Array | undefined;
}

/** The switch inside the door by which people ask to be left alone. It stays as they leave it, and raises an interrupt. */
export interface PrivacyButton {
  isOn(): boolean;
}

/** Whether somebody has the lock's case open. It raises an interrupt both ways. */
export interface Tamper {
  isOpen(): boolean;
}

export interface Battery {
  /** Under the load of the moment. */
  millivolt(): number;
  temperatureC(): number;
}

export interface Entropy {
  bytes(length: number): Uint8Array;
}

/** What a connection came over. On BLE a lock has one at a time, and strangers do not keep it (protocol.md §5). */
export type CarrierKind = "wire" | "ble";

/** Where frames go out. A connection is one BLE or TCP connection, or one address on a serial line. */
export interface Link {
  send(connection: number, frame: Uint8Array): void;
  close(connection: number): void;
}

/** Light and sound, for people; a rig sees them as events. */
export interface Signals {
  show(signal: Signal): void;
}

export type Signal =
  | "granted"
  | "refused"
  | "locked-out"
  | "key-click"
  | "pairing"
  | "identify"
  | "low-battery"
  | "ajar";
