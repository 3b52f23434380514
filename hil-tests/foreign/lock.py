"""A foreign lock: is paired, keeps a roster and a log, and opens by signed orders. See lk1.py.

    python3 lock.py tcp | DEVICE

`tcp` listens on a free port of 127.0.0.1. Prints a line of JSON when it listens, one at each session's first command that
verifies, and one whenever its bolt moves.
Its state ends with it, it is always in pairing mode, and it stays open until it is told to lock.
"""

import json
import secrets
import socket
import sys
import threading
import time

from lk1 import *  # noqa: F403

ZERO = bytes(13)
GENERATION, SLOT = 0, 0
UNLOCK, LOCK = 1, 2
RIGHTS = {UNLOCK: 1, LOCK: 2}
FRESH_SECONDS = 120  # how old a token's challenge may be, and how far ahead an order's notAfter
ERR_NO_SESSION, ERR_NO_SUCH_SLOT, ERR_REFUSED = b"\x1f\x01", b"\x1f\x03", b"\x1f\x05"


class Refused(Exception):
    """A reason of §6."""


def payload_of(document, public_key, aad):
    """§7: reasons 5 and 4, then the claims."""
    protected, unprotected, payload, signature = uncbor(document)
    if protected != cbor({1: -7}) or unprotected != {4: sha256(public_key)[:8]}:
        raise Refused(5)
    if not is_signed(public_key, cbor(["Signature1", protected, aad, payload]), signature):
        raise Refused(4)
    return uncbor(payload)


def claims_of(grant):
    return uncbor(uncbor(grant)[2])


def say(**facts):
    print(json.dumps(facts), flush=True)


class Lock:
    def __init__(self):
        self.lock_id, self.secret = secrets.token_bytes(8), secrets.token_bytes(16)
        self.sig_key, self.box_key = new_key(), new_key()
        self.sig_pk = public(self.sig_key)
        self.issuer = self.pmk = self.rms = None
        self.n = 0
        self.epoch, self.table, self.staging = 0, {}, None
        self.records, self.head = [], first_hash(self.lock_id, GENERATION, self.sig_pk)
        self.set_to, self.set_at = None, 0
        self.thrown = True
        self.draw_challenge()
        self.append(1, slot=0xFF, aux=(1 << 32).to_bytes(8, "big"))

    def draw_challenge(self):
        self.challenge, self.drawn_at = secrets.token_bytes(8), time.monotonic()

    def now(self):
        return 0 if self.set_to is None else self.set_to + int(time.monotonic() - self.set_at)

    def flags(self):
        return (1 if self.thrown else 0) | (32 if self.set_to is None else 0)

    def append(self, kind, slot=SLOT, result=0, n=0, ref=bytes(8), aux=bytes(8)):
        seq, uncertain = len(self.records) + 1, self.set_to is None
        record = b"".join(number.to_bytes(4, "big") for number in (seq, self.now()))
        record += bytes([kind, slot, result, uncertain]) + n.to_bytes(4, "big") + ref + aux
        self.head = next_hash(self.head, record)
        self.records.append(record + self.head)
        return seq

    def set_clock(self, seconds):
        old, self.set_to, self.set_at = self.now(), seconds, time.monotonic()
        self.append(18, aux=old.to_bytes(4, "big") + seconds.to_bytes(4, "big"))

    def digest(self, table):
        return sha256(*(sha256(grant) for _, grant in sorted(table.items())))


class Connection:
    """One session, the last request and its reply (§10)."""

    def __init__(self, lock, carrier):
        self.lock, self.carrier = lock, carrier
        self.pairing = self.session = self.fresh_rms = self.last = None

    def serve(self, mutex):
        while (frame := self.carrier.receive(None)) is not None:
            if self.last and self.last[0] == frame:
                reply = self.last[1]
            else:
                with mutex:
                    reply = self.checked_answer(frame)
                self.last = (frame, reply) if reply and reply[0] != 0x1F else None
            if reply:
                self.carrier.send(reply)

    def checked_answer(self, frame):
        """What does not verify ends the session and gets silence."""
        try:
            return self.answer(frame)
        except AssertionError:
            self.session = None
            return None

    def answer(self, frame):
        answers = {0x11: self.p1, 0x13: self.p3, 0x15: self.o1, 0x17: self.c, 0x19: self.s1}
        answer = answers.get(frame[0])
        return answer and answer(frame)

    def p1(self, p1):
        """§2. Once paired, only an order could allow it again."""
        lock, key = self.lock, new_key()
        if lock.issuer:
            return ERR_REFUSED
        begin = b"\x12" + public(key)
        th = sha256(b"LK1 pair", lock.lock_id, p1, begin)
        keys = expand(extract(lock.secret, dh(key, p1[1:])), b"LK1 pair keys" + th, 64)
        self.pairing = th, keys
        info = [lock.sig_pk, public(lock.box_key), "Foreign", 1, 1, GENERATION, SLOT]
        return begin + seal(keys[32:48], ZERO, th, cbor(info))

    def p3(self, p3):
        lock, (th, keys) = self.lock, self.pairing
        self.pairing = None
        lock.issuer, _, seconds = uncbor(unseal(keys[48:], ZERO, th, p3[1:]))
        lock.pmk = keys[:32]
        if seconds:
            lock.set_clock(seconds)
        seq = lock.append(16, aux=SLOT.to_bytes(8, "big"))
        return b"\x14" + seal(keys[32:48], ZERO[:12] + b"\x01", th, cbor([seq, lock.head]))

    def o1(self, o1):
        """§3. A wrong mac gets silence."""
        lock, key, transaction = self.lock, new_key(), secrets.token_bytes(4)
        if lock.pmk is None or o1[1] != SLOT:
            return ERR_NO_SUCH_SLOT
        if extract(expand(lock.pmk, b"LK1 open mac", 32), o1[:-8])[:8] != o1[-8:]:
            return None
        begin = b"\x16" + public(key) + transaction
        th = sha256(b"LK1 open", o1, begin)
        keys = expand(extract(lock.pmk, dh(key, o1[2:35])), b"LK1 session" + th, 64)
        self.session = [keys[:16], keys[16:32], transaction, 0]
        self.fresh_rms = keys[32:]
        caps = [lock.epoch, lock.n, len(lock.records), lock.head, lock.now(), lock.flags(), lock.challenge, GENERATION]
        return begin + seal(keys[16:32], transaction + bytes(7) + b"\xff\xff", th, cbor(caps))

    def c(self, c):
        """§3. Any wrong tag or counter ends the session."""
        session, self.session = self.session, None
        if session is None:
            return ERR_NO_SESSION
        k_gl, k_lg, transaction, counter = session
        nonce = transaction + bytes(7) + c[1:3]
        command = uncbor(unseal(k_gl, nonce, c[:3], c[3:]))
        assert c[1:3] == counter.to_bytes(2, "big"), "wrong CmdCtr"
        if counter == 0:
            self.lock.rms = self.fresh_rms
            say(session="opened")
        self.session = [k_gl, k_lg, transaction, counter + 1]
        return b"\x18" + c[1:3] + seal(k_lg, nonce, b"\x18" + c[1:3], cbor(self.run(command)))

    def s1(self, s1):
        """§4. An act that is repeated is not executed again; with this lock it falls back to OPEN."""
        lock, begin, n = self.lock, s1[:14], int.from_bytes(s1[2:6], "big")
        if lock.rms is None or s1[1] != SLOT or n <= lock.n:
            return ERR_NO_SESSION
        command = uncbor(unseal(expand(lock.rms, b"LK1 resume 1" + begin, 16), ZERO, begin, s1[14:]))
        lock.n = n
        say(session="resumed")
        response = self.run(command, n, sha256(s1)[:8])
        head = b"\x1a" + secrets.token_bytes(8)
        keys = expand(lock.rms, b"LK1 resume 2" + sha256(s1) + head, 32)
        self.session = [keys[:16], keys[16:], head[1:5], 1]
        return head + seal(keys[16:], ZERO, head, cbor(response))

    def run(self, command, n=0, s1_hash=None):
        """§6."""
        code, *rest = command
        commands = {1: self.status, 3: self.read_log, 4: self.ack_log, 5: self.log_head, 6: self.roster_begin}
        commands |= {7: self.grant_put, 8: self.roster_commit, 9: self.time, 15: self.grant_list, 16: self.grant_drop}
        try:
            if code == 2:
                return self.act(n, s1_hash, *rest)
            return commands[code](*rest) if code in commands else [2]
        except Refused as refused:
            return [refused.args[0]] + ([self.lock.challenge] if code in (2, 9) else [])

    def status(self):
        lock = self.lock
        position = [lock.epoch, len(lock.records), lock.head, lock.now(), lock.flags(), lock.challenge]
        return [0, *position, 6000, 20, lock.digest(lock.table)]

    def act(self, n, s1_hash, action, grant_id, document):
        """§8, for grants of the table; its uses, windows and PINs are not this lock's business."""
        lock = self.lock
        if grant_id not in lock.table:
            raise Refused(8)
        claims = claims_of(lock.table[grant_id])
        key = claims[8][1]
        bearer = bytes([2 + key[-3][-1] % 2]) + key[-2]
        lock_id, challenge, ordered, order_grant, not_after = payload_of(document, bearer, b"LK1 order")
        if lock_id != lock.lock_id:
            raise Refused(6)
        if challenge != lock.challenge:
            raise Refused(7)
        lock.draw_challenge()
        if not lock.now() <= not_after <= lock.now() + FRESH_SECONDS:
            raise Refused(11 if not_after < lock.now() else 10)
        if lock.lock_id not in claims[3]:
            raise Refused(6)
        if (ordered, order_grant) != (action, grant_id) or not claims[-65540] & RIGHTS.get(action, 0):
            raise Refused(14)
        lock.append(2, result=action, n=n, ref=s1_hash or challenge, aux=grant_id)
        lock.thrown = action == LOCK
        say(bolt="thrown" if lock.thrown else "drawn")
        lock.append(5 if lock.thrown else 4, ref=grant_id)
        return [0, lock.flags(), lock.append(3, n=n, ref=grant_id), lock.challenge]

    def read_log(self, from_seq, most):
        return [0, from_seq, b"".join(self.lock.records[from_seq - 1 :][: min(most, 20)])]

    def ack_log(self, receipt):
        lock_id, generation, seq, head = payload_of(receipt, self.lock.issuer, b"LK1 receipt")
        if lock_id != self.lock.lock_id:
            raise Refused(6)
        if generation != GENERATION or not 0 < seq <= len(self.lock.records):
            raise Refused(25)
        if head != self.lock.records[seq - 1][32:]:
            raise Refused(20)
        return [0]

    def log_head(self, nonce):
        lock = self.lock
        payload = cbor([lock.lock_id, GENERATION, len(lock.records), lock.head, lock.now(), nonce])
        protected = cbor({1: -7})
        signature = sign(lock.sig_key, cbor(["Signature1", protected, b"LK1 log", payload]))
        return [0, b"\xd2" + cbor([protected, {4: sha256(lock.sig_pk)[:8]}, payload, signature])]

    def roster_begin(self, roster):
        claims = payload_of(roster, self.lock.issuer, b"LK1 roster")
        lock_id, generation, epoch = claims[:3]
        if lock_id != self.lock.lock_id:
            raise Refused(6)
        if generation != GENERATION or epoch <= self.lock.epoch:
            raise Refused(19)
        if not self.lock.staging or self.lock.staging[0] != claims:
            self.lock.staging = claims, dict(self.lock.table)
        return [0]

    def staged(self):
        if not self.lock.staging:
            raise Refused(25)
        return self.lock.staging

    def grant_put(self, grants):
        self.staged()[1].update({claims_of(grant)[7]: grant for grant in grants})
        return [0]

    def grant_drop(self, ids):
        for grant_id in ids:
            self.staged()[1].pop(grant_id, None)
        return [0]

    def roster_commit(self):
        (_, _, epoch, _, _, count, digest, *_), table = self.staged()
        if (count, digest) != (len(table), self.lock.digest(table)):
            raise Refused(20)
        self.lock.epoch, self.lock.table, self.lock.staging = epoch, table, None
        self.lock.append(17, aux=epoch.to_bytes(8, "big"))
        return [0, epoch]

    def time(self, given):
        lock = self.lock
        if isinstance(given, bytes):
            lock_id, challenge, seconds = payload_of(given, lock.issuer, b"LK1 time")
            is_fresh = challenge == lock.challenge and time.monotonic() - lock.drawn_at < FRESH_SECONDS
            if challenge == lock.challenge:
                lock.draw_challenge()
            if lock_id != lock.lock_id or not is_fresh:
                raise Refused(6 if lock_id != lock.lock_id else 7)
            lock.set_clock(seconds)
        elif lock.set_to is None or abs(given - lock.now()) > 2:
            raise Refused(18)
        return [0, lock.now(), lock.challenge]

    def grant_list(self, after):
        table = self.lock.staging[1] if self.lock.staging else self.lock.table
        there = [(grant_id, grant) for grant_id, grant in sorted(table.items()) if grant_id > after]
        return [0, b"".join(grant_id + sha256(grant)[:8] for grant_id, grant in there[:48])]


def main(where):
    lock, mutex = Lock(), threading.Lock()
    label = write_label(lock.lock_id, lock.secret)
    if where != "tcp":
        carrier = Carrier(where)
        say(lockId=lock.lock_id.hex(), label=label)
        return Connection(lock, carrier).serve(mutex)
    server = socket.create_server(("127.0.0.1", 0))
    say(lockId=lock.lock_id.hex(), label=label, port=server.getsockname()[1])
    while True:
        client, _ = server.accept()
        threading.Thread(target=Connection(lock, Carrier(client)).serve, args=[mutex], daemon=True).start()


main(sys.argv[1])
