"""A foreign gateway: pairs a lock, opens a session, asks for its state and its log, and resumes. See lk1.py.

    python3 gateway.py VIA LABEL

VIA is tcp://HOST:PORT or a serial device's path; the button inside the door has been pressed. Prints one line of JSON.
"""

import json
import secrets
import sys
import time

from lk1 import *  # noqa: F403

ZERO = bytes(13)


def pair(carrier, lock_id, label_secret):
    """§2. Returns what the lock says of itself, the slot's key, and [seq, head]."""
    key = new_key()
    p1 = b"\x11" + public(key)
    p2 = carrier.ask(p1)
    assert p2[0] == 0x12, f"instead of P2 came {p2.hex()}"
    th = sha256(b"LK1 pair", lock_id, p1, p2[:34])
    keys = expand(extract(label_secret, dh(key, p2[1:34])), b"LK1 pair keys" + th, 64)
    pmk, k_lg, k_gl = keys[:32], keys[32:48], keys[48:]
    lock_info = uncbor(unseal(k_lg, ZERO, th, p2[34:]))
    site_info = [public(new_key()), secrets.token_bytes(8), int(time.time())]
    p4 = carrier.ask(b"\x13" + seal(k_gl, ZERO, th, cbor(site_info)))
    assert p4[0] == 0x14, f"instead of P4 came {p4.hex()}"
    return lock_info, pmk, uncbor(unseal(k_lg, ZERO[:12] + b"\x01", th, p4[1:]))


class Session:
    """§3: C and R, in the gateway's role."""

    def __init__(self, carrier, k_gl, k_lg, transaction, counter):
        self.carrier, self.k_gl, self.k_lg, self.transaction, self.counter = carrier, k_gl, k_lg, transaction, counter

    def command(self, *command):
        counter = self.counter.to_bytes(2, "big")
        nonce = self.transaction + bytes(7) + counter
        response = self.carrier.ask(b"\x17" + counter + seal(self.k_gl, nonce, b"\x17" + counter, cbor(list(command))))
        assert response[:3] == b"\x18" + counter, f"instead of R came {response.hex()}"
        self.counter += 1
        return uncbor(unseal(self.k_lg, nonce, response[:3], response[3:]))


def open_session(carrier, slot, pmk):
    """§3. Returns the session, RMS and the lock's caps."""
    key = new_key()
    begin = b"\x15" + bytes([slot]) + public(key)
    o1 = begin + extract(expand(pmk, b"LK1 open mac", 32), begin)[:8]
    o2 = carrier.ask(o1)
    assert o2[0] == 0x16, f"instead of O2 came {o2.hex()}"
    transaction = o2[34:38]
    th = sha256(b"LK1 open", o1, o2[:38])
    keys = expand(extract(pmk, dh(key, o2[1:34])), b"LK1 session" + th, 64)
    caps = uncbor(unseal(keys[16:32], transaction + bytes(7) + b"\xff\xff", th, o2[38:]))
    return Session(carrier, keys[:16], keys[16:32], transaction, 0), keys[32:], caps


def resume(carrier, slot, rms, n, *command):
    """§4. Returns the response and the session that follows."""
    begin = b"\x19" + bytes([slot]) + n.to_bytes(4, "big") + secrets.token_bytes(8)
    s1 = begin + seal(expand(rms, b"LK1 resume 1" + begin, 16), ZERO, begin, cbor(list(command)))
    s2 = carrier.ask(s1)
    assert s2[0] == 0x1A, f"instead of S2 came {s2.hex()}"
    keys = expand(rms, b"LK1 resume 2" + sha256(s1) + s2[:9], 32)
    response = uncbor(unseal(keys[16:], ZERO, s2[:9], s2[9:]))
    return response, Session(carrier, keys[:16], keys[16:], s2[1:5], 1)


def read_log(session, lock_id, generation, sig_pk):
    """§9. Reads the log from its beginning and checks its chain. Returns its last seq and its head."""
    seq, head = 0, first_hash(lock_id, generation, sig_pk)
    while True:
        status, first, records = session.command(3, seq + 1, 20)
        assert status == 0 and first == seq + 1, "a gap"
        if not records:
            return seq, head
        for at in range(0, len(records), 48):
            record = records[at : at + 48]
            seq, head = seq + 1, next_hash(head, record[:32])
            assert record[:4] == seq.to_bytes(4, "big") and record[32:] == head, f"record {seq} breaks the chain"


def read_log_head(document, sig_pk):
    """§7: a COSE_Sign1 by the lock. Returns its claims."""
    protected, unprotected, payload, signature = uncbor(document)
    assert protected == cbor({1: -7}) and unprotected == {4: sha256(sig_pk)[:8]}
    assert is_signed(sig_pk, cbor(["Signature1", protected, b"LK1 log", payload]), signature), "a forged head"
    return uncbor(payload)


def main(via, label):
    carrier = Carrier(via)
    lock_id, label_secret = read_label(label)
    (sig_pk, _, model, _, _, generation, slot), pmk, _ = pair(carrier, lock_id, label_secret)
    session, rms, caps = open_session(carrier, slot, pmk)
    status, epoch, *_ = session.command(1)
    assert (status, epoch) == (0, 0), "a lock without a roster has epoch 0"
    seq, head = read_log(session, lock_id, generation, sig_pk)
    nonce = secrets.token_bytes(16)
    status, document = session.command(5, nonce)
    signed = read_log_head(document, sig_pk)
    assert signed[:4] == [lock_id, generation, seq, head] and signed[5] == nonce, "a head of something else"

    response, resumed = resume(carrier, slot, rms, caps[1] + 1, 13)
    assert response == [0], "IDENTIFY"
    assert resumed.command(1)[0] == 0, "the session after RESUME"
    print(json.dumps({"lockId": lock_id.hex(), "model": model, "seq": seq}))


main(*sys.argv[1:])
