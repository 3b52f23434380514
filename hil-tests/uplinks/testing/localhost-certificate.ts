/**
 * A self-signed certificate for localhost and its key, for tests alone: `openssl req -x509 -newkey ec -pkeyopt
 * ec_paramgen_curve:prime256v1 -nodes -days 36500 -subj "/CN=portvakt test server" -addext "subjectAltName=DNS:localhost"`.
 */
export const LOCALHOST_CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBqTCCAVCgAwIBAgITD2OPkxqj39AZ2DQIWCoU7kimSDAKBggqhkjOPQQDAjAf
MR0wGwYDVQQDDBRwb3J0dmFrdCB0ZXN0IHNlcnZlcjAgFw0yNjExMjIwMDU2MzVa
GA8yMTI2MTAyOTAwNTYzNVowHzEdMBsGA1UEAwwUcG9ydHZha3QgdGVzdCBzZXJ2
ZXIwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATwwF30+C8N+yx/I4RcazXeXCIi
3ns2UYX9j1aQ6k1yvqV72kjGXEiYQq25VLszaTyup6o0fw32yxzHfNWUPnnwo2kw
ZzAdBgNVHQ4EFgQU8TJpyDyUW1LF3cg4vmMQCsCZKE0wHwYDVR0jBBgwFoAU8TJp
yDyUW1LF3cg4vmMQCsCZKE0wDwYDVR0TAQH/BAUwAwEB/zAUBgNVHREEDTALggls
b2NhbGhvc3QwCgYIKoZIzj0EAwIDRwAwRAIgT3AuUPo8xDq0dlOvE3TKzWPWiSJJ
ga0YQXwMaaQ07Z0CIDhJOmpfrT5YT93QzW4+fPd3iy/EeClWZcsvZ1CLTTdb
-----END CERTIFICATE-----
`;

export const LOCALHOST_CERTIFICATE_KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgX5gmX2mi/wOUzYyf
n6HIdIxQm30bkJerJM2bktaDlMmhRANCAATwwF30+C8N+yx/I4RcazXeXCIi3ns2
UYX9j1aQ6k1yvqV72kjGXEiYQq25VLszaTyup6o0fw32yxzHfNWUPnnw
-----END PRIVATE KEY-----
`;
