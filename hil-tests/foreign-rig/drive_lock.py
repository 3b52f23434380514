#!/usr/bin/env python3
"""An example for makers of test rigs: drives an emulated lock with nothing but Python's standard library.

    npx lock-sim --tcp 127.0.0.1:7001 --data ./front-door --rig 127.0.0.1:7002
    python3 drive_lock.py http://127.0.0.1:7002 PIN UID

The lock must have a grant with this PIN and one with a tag of this UID. Every step prints a line; what is not as it
should be ends the program. All that a rig can ask is described at /openapi.json.
"""

import json
import sys
import urllib.error
import urllib.parse
import urllib.request

TIMEOUT_S = 30


class Rig:
    """The hands and eyes at one lock. Every answer is the lock's state."""

    def __init__(self, url):
        self.url = url

    def ask(self, method, path, fields=None):
        """Returns the status and the decoded answer, a problem (RFC 9457) included."""
        body = None if fields is None else json.dumps(fields).encode()
        request = urllib.request.Request(self.url + path, body, {"content-type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as problem:
            return problem.code, json.load(problem)

    def do(self, path, **fields):
        status, answer = self.ask("POST", path, fields)
        assert status == 200, answer
        return answer

    def until(self, condition, timeout_ms=10_000):
        """Waits at the lock until it is so: no sleeping, no polling."""
        query = urllib.parse.urlencode({"until": condition, "timeoutMs": timeout_ms})
        return self.ask("GET", f"/v1/state?{query}")

    def wait(self, condition):
        status, answer = self.until(condition)
        assert status == 200, answer
        return answer

    def events(self):
        """Yields (name, data) for each server-sent event."""
        with urllib.request.urlopen(self.url + "/v1/state/stream", timeout=TIMEOUT_S) as lines:
            name = None
            for line in lines:
                field, _, value = line.decode().rstrip("\n").partition(": ")
                if field == "event":
                    name = value
                elif field == "data":
                    yield name, json.loads(value)


def records_until(events, last):
    """What the log got, up to and including the record called `last`."""
    names = []
    for name, data in events:
        if name == "record":
            names.append(data["event"])
            if data["event"] == last:
                return names


def main(url, pin, uid):
    rig = Rig(url)
    state = rig.wait("hasPower=true")
    assert state["bolt"]["position"] == "thrown" and state["door"] == "closed", state
    print("state: the bolt is thrown and the door closed")

    events = rig.events()
    name, first = next(events)
    assert name == "state" and first["lockId"] == state["lockId"], first
    print("stream: begins with the state")

    rig.do("/v1/keypad", digits=pin)
    rig.wait("bolt.position=drawn")
    print("keypad: the PIN draws the bolt")

    rig.do("/v1/door", open=True)
    rig.do("/v1/door", open=False)
    rig.wait("bolt.position=thrown,bolt.isDriven=false")
    print("door: closed again, it is locked behind whoever came in")

    rig.do("/v1/tag", uid=uid, kind="cloned")
    rig.wait("signal=refused,bolt.position=thrown")
    rig.ask("DELETE", "/v1/tag")
    print("tag: a cloned one is refused")

    rig.do("/v1/tag", uid=uid, kind="genuine")
    rig.wait("signal=granted,bolt.position=drawn")
    rig.ask("DELETE", "/v1/tag")
    rig.wait("bolt.position=thrown,bolt.isDriven=false")
    print("tag: a genuine one draws the bolt")

    rig.do("/v1/power", atFlashOperation=2)
    rig.do("/v1/keypad", digits=pin)
    state = rig.wait("hasPower=false")
    rig.do("/v1/power", offMs=0)
    rig.wait("hasPower=true,log.seq>=1")
    print("power: cut at the second flash operation, and back")

    records = records_until(events, "boot")
    for expected in ("unlocked", "door opened", "door closed", "locked", "refused"):
        assert expected in records, records
    print("stream: told of every record up to the boot")

    status, problem = rig.until("bolt.position=ajar")
    assert status == 400 and problem["field"] == "until", problem
    status, problem = rig.until("door=open", timeout_ms=50)
    assert status == 504 and "door=open" in problem["detail"], problem
    print("until: says what is wrong, and what did not come")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
