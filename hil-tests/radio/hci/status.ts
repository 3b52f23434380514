/** Error codes of the Core Specification, Vol 1 Part F, as far as these controllers give them. */
export const Status = {
  success: 0x00,
  unknownCommand: 0x01,
  unknownConnection: 0x02,
  keyMissing: 0x06,
  connectionTimeout: 0x08,
  connectionLimitExceeded: 0x09,
  commandDisallowed: 0x0c,
  limitedResources: 0x0d,
  invalidParameters: 0x12,
  remoteUserEnded: 0x13,
  localHostEnded: 0x16,
  micFailure: 0x3d,
  failedToEstablish: 0x3e,
} as const;
