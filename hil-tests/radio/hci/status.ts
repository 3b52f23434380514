/** Error codes of the Core Specification, Vol 1 Part F, as far as these controllers give them. */
export const Status = {
  success: 0x00,
  unknownCommand: 0x01,
  unknownConnection: 0x02,
  connectionTimeout: 0x08,
  connectionLimitExceeded: 0x09,
  commandDisallowed: 0x0c,
  limitedResources: 0x0d,
  invalidParameters: 0x12,
  localHostEnded: 0x16,
  failedToEstablish: 0x3e,
} as const;
