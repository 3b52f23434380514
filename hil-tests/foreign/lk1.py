"""LK1 as docs/protocol.md says it, in Python's standard library alone: nothing here comes from the project's own code.

Written to be read beside the page, not to be fast or to resist timing: it opens doors of test rigs only.
"""

import hashlib
import hmac
import os
import secrets
import select
import socket
import tty
from urllib.parse import urlsplit

# --- §1 P-256 -------------------------------------------------------------------------------------------------------

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
A = P - 3
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)


def add(p, q):
    if p is None or q is None:
        return p or q
    (x1, y1), (x2, y2) = p, q
    if x1 == x2 and (y1 + y2) % P == 0:
        return None
    slope = (3 * x1 * x1 + A) * pow(2 * y1, -1, P) if p == q else (y2 - y1) * pow(x2 - x1, -1, P)
    x = (slope * slope - x1 - x2) % P
    return x, (slope * (x1 - x) - y1) % P


def multiply(scalar, point):
    result = None
    for bit in bin(scalar)[2:]:
        result = add(result, result)
        if bit == "1":
            result = add(result, point)
    return result


def compress(point):
    return bytes([2 + point[1] % 2]) + point[0].to_bytes(32, "big")


def decompress(data):
    x = int.from_bytes(data[1:], "big")
    square = (x**3 + A * x + B) % P
    y = pow(square, (P + 1) // 4, P)
    assert len(data) == 33 and data[0] in (2, 3) and x < P and y * y % P == square, "no point of the curve"
    return x, y if y % 2 == data[0] % 2 else P - y


def new_key():
    return secrets.randbelow(N - 1) + 1


def public(key):
    return compress(multiply(key, G))


def dh(key, peer):
    return multiply(key, decompress(peer))[0].to_bytes(32, "big")


def sign(key, message):
    digest = int.from_bytes(sha256(message), "big")
    k = new_key()
    r = multiply(k, G)[0] % N
    s = pow(k, -1, N) * (digest + r * key) % N
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def is_signed(public_key, message, signature):
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if len(signature) != 64 or not (0 < r < N and 0 < s < N):
        return False
    digest, inverse = int.from_bytes(sha256(message), "big"), pow(s, -1, N)
    point = add(multiply(digest * inverse % N, G), multiply(r * inverse % N, decompress(public_key)))
    return point is not None and point[0] % N == r


# --- §1 hashes, AES-128-CCM -----------------------------------------------------------------------------------------


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def extract(salt, ikm):
    return hmac.digest(salt, ikm, "sha256")


def expand(prk, info, length):
    out, block = b"", b""
    while len(out) < length:
        block = hmac.digest(prk, block + info + bytes([len(out) // 32 + 1]), "sha256")
        out += block
    return out[:length]


def times_x(byte):
    return (byte << 1 ^ (0x11B if byte & 0x80 else 0)) & 0xFF


def make_sbox():
    powers = [1]
    while len(powers) < 255:
        powers.append(powers[-1] ^ times_x(powers[-1]))
    sbox = []
    for value in range(256):
        inverse = 0 if value == 0 else powers[-powers.index(value) % 255]
        rotated = [(inverse << i | inverse >> (8 - i)) & 0xFF for i in range(5)]
        sbox.append(0x63 ^ rotated[0] ^ rotated[1] ^ rotated[2] ^ rotated[3] ^ rotated[4])
    return sbox


SBOX = make_sbox()


def aes_round_keys(key):
    words, constant = [key[i : i + 4] for i in range(0, 16, 4)], 1
    while len(words) < 44:
        word = words[-1]
        if len(words) % 4 == 0:
            word = bytes(SBOX[byte] for byte in word[1:] + word[:1])
            word = bytes([word[0] ^ constant]) + word[1:]
            constant = times_x(constant)
        words.append(xor(words[-4], word))
    return [b"".join(words[i : i + 4]) for i in range(0, 44, 4)]


def aes(round_keys, block):
    state = xor(block, round_keys[0])
    for number, round_key in enumerate(round_keys[1:], 1):
        shifted = [SBOX[state[(i + 4 * (i % 4)) % 16]] for i in range(16)]
        if number < 10:
            shifted = [
                times_x(shifted[c + r]) ^ times_x(shifted[c + (r + 1) % 4]) ^ shifted[c + (r + 1) % 4]
                ^ shifted[c + (r + 2) % 4] ^ shifted[c + (r + 3) % 4]
                for c in range(0, 16, 4)
                for r in range(4)
            ]  # fmt: skip
        state = xor(bytes(shifted), round_key)
    return state


def xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b))


def ccm(key, nonce, aad, text, decrypt=False):
    """(text under the key stream, tag), both for the plaintext, whichever of the two is given."""
    keys = aes_round_keys(key)
    stream = b"".join(aes(keys, b"\x01" + nonce + i.to_bytes(2, "big")) for i in range(1 + (len(text) + 15) // 16))
    out = xor(text, stream[16:])
    plain = out if decrypt else text
    mac_input = bytes([0x59 if aad else 0x19]) + nonce + len(plain).to_bytes(2, "big")
    if aad:
        mac_input += padded(len(aad).to_bytes(2, "big") + aad)
    mac = bytes(16)
    for i in range(0, len(mac_input := mac_input + padded(plain)), 16):
        mac = aes(keys, xor(mac, mac_input[i : i + 16]))
    return out, xor(mac[:8], stream[:8])


def padded(data):
    return data + bytes(-len(data) % 16)


def seal(key, nonce, aad, text):
    out, tag = ccm(key, nonce, aad, text)
    return out + tag


def unseal(key, nonce, aad, sealed):
    text, tag = ccm(key, nonce, aad, sealed[:-8], decrypt=True)
    assert hmac.compare_digest(tag, sealed[-8:]), "wrong tag"
    return text


# --- §1 deterministic CBOR ------------------------------------------------------------------------------------------


def cbor_head(major, value):
    for code, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if value < 24:
            return bytes([major << 5 | value])
        if value < 256**size:
            return bytes([major << 5 | code]) + value.to_bytes(size, "big")


def cbor(value):
    if isinstance(value, int):
        return cbor_head(0, value) if value >= 0 else cbor_head(1, -1 - value)
    if isinstance(value, bytes):
        return cbor_head(2, len(value)) + value
    if isinstance(value, str):
        return cbor_head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return cbor_head(4, len(value)) + b"".join(map(cbor, value))
    pairs = sorted((cbor(key), cbor(item)) for key, item in value.items())
    return cbor_head(5, len(pairs)) + b"".join(key + item for key, item in pairs)


def uncbor(data):
    value, end = read_item(data, 0)
    assert end == len(data), "bytes after the item"
    return value


def read_item(data, at):
    major, value, at = data[at] >> 5, data[at] & 31, at + 1
    if value >= 24:
        size = 1 << value - 24
        value, at = int.from_bytes(data[at : at + size], "big"), at + size
    if major < 2:
        return (value if major == 0 else -1 - value), at
    if major < 4:
        text = data[at : at + value]
        return (text if major == 2 else text.decode()), at + value
    if major == 6:
        assert value == 18, "a tag that is not COSE_Sign1's"
        return read_item(data, at)
    items = []
    for _ in range(value if major == 4 else 2 * value):
        item, at = read_item(data, at)
        items.append(item)
    return (items if major == 4 else dict(zip(items[::2], items[1::2]))), at


# --- §2 the label ---------------------------------------------------------------------------------------------------

BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def read_label(text):
    """(lockId, S)"""
    bits = "".join(f"{BASE32.index(letter):05b}" for letter in text.removeprefix("LK1:"))
    data = int(bits[:208], 2).to_bytes(26, "big")
    assert len(bits) == 210 and data[24:] == sha256(b"LK1 label", data[:24])[:2], "the label's check does not match"
    return data[:8], data[8:24]


def write_label(lock_id, secret):
    data = lock_id + secret + sha256(b"LK1 label", lock_id, secret)[:2]
    bits = f"{int.from_bytes(data, 'big'):0208b}00"
    return "LK1:" + "".join(BASE32[int(bits[i : i + 5], 2)] for i in range(0, 210, 5))


# --- §9 the record chain --------------------------------------------------------------------------------------------


def first_hash(lock_id, generation, sig_pk):
    return sha256(b"LK1 log", lock_id, generation.to_bytes(4, "big"), sig_pk)[:16]


def next_hash(previous, first32):
    return sha256(b"\x01", previous, first32)[:16]


# --- §10 carriers ---------------------------------------------------------------------------------------------------


def crc(data):
    value = 0xFFFF
    for byte in data:
        value ^= byte << 8
        for _ in range(8):
            value = (value << 1 ^ (0x1021 if value & 0x8000 else 0)) & 0xFFFF
    return value.to_bytes(2, "big")


def cobs(data):
    out, runs = b"", data.split(b"\0")
    for number, run in enumerate(runs, 1):
        while len(run) >= 254:
            out, run = out + b"\xff" + run[:254], run[254:]
            if not run and number == len(runs):
                return out
        out += bytes([len(run) + 1]) + run
    return out


def uncobs(data):
    out, at = b"", 0
    while at < len(data):
        code = data[at]
        out += data[at + 1 : at + code]
        at += code
        if code < 255 and at < len(data):
            out += b"\0"
    return out


class Carrier:
    """Frames to and from the other side, over `tcp://HOST:PORT`, an accepted socket, or a serial device's path."""

    def __init__(self, where, address=0):
        self.address = address
        self.left = b""
        if isinstance(where, socket.socket):
            self.kept = where
        elif where.startswith("tcp://"):
            url = urlsplit(where)
            self.kept = socket.create_connection((url.hostname, url.port))
        else:
            self.kept = open(where, "r+b", buffering=0)
            tty.setraw(self.kept)
        self.fd = self.kept.fileno()

    def send(self, frame):
        body = bytes([self.address]) + frame
        data = cobs(body + crc(body)) + b"\0"
        while data:
            data = data[os.write(self.fd, data) :]

    def receive(self, seconds=10):
        """The next good frame; None when the other side has gone."""
        while True:
            while b"\0" in self.left:
                run, self.left = self.left.split(b"\0", 1)
                body = uncobs(run)
                if len(body) > 3 and crc(body[:-2]) == body[-2:] and body[0] == self.address:
                    return body[1:-2]
            assert seconds is None or select.select([self.fd], [], [], seconds)[0], "no answer"
            data = os.read(self.fd, 4096)
            if not data:
                return None
            self.left += data

    def ask(self, frame):
        self.send(frame)
        return self.receive()
