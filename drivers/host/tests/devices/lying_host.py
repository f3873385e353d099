# A device host that lies: speaks the frames of `contract/src/wire.rs` (a length of four bytes, then JSON) and answers each
# request for an evaluation with a capture that is not what was asked for, as LIE says. The first answer is always good.
import hashlib
import json
import os
import socket
import struct
import time

lie = os.environ["LIE"]
line = socket.socket(fileno=os.dup(0))


def send(message):
    data = json.dumps(message).encode()
    line.sendall(struct.pack(">I", len(data)) + data)


def receive(length):
    data = b""
    while len(data) < length:
        part = line.recv(length - len(data))
        if not part:
            raise SystemExit
        data += part
    return data


def capture(request, raw):
    return {
        "device": request["device"],
        "attestation": "virtual",
        "nonce": request["nonce"],
        "number": 1,
        "boot_ms": int(time.clock_gettime(time.CLOCK_BOOTTIME) * 1000),
        "raw_sm3": hashlib.new("sm3", raw).hexdigest(),
    }


send({"type": "hello", "protocol": 1 if lie == "version" else 2, "class": "evaluation_pad"})
first = None
while True:
    message = json.loads(receive(struct.unpack(">I", receive(4))[0]))
    if message["type"] == "ping":
        send({"type": "pong", "id": message["id"], "silent_ms": 0})
    if message["type"] == "shutdown":
        break
    if message["type"] != "request" or message["request"]["type"] != "run":
        continue
    raw = b"\x02\x05\x07\x03"
    provenance = capture(message["request"], raw)
    if first is None:
        first = provenance
    elif lie == "replayed":
        provenance = first
    elif lie == "other_device":
        provenance["device"] = "another:0"
    elif lie == "second":
        provenance["number"] = 2
    elif lie == "early":
        provenance["boot_ms"] -= 60_000
    elif lie == "from_the_future":
        provenance["boot_ms"] += 60_000
    elif lie == "altered":
        raw = b"\x02\x01\x03\x03"
    reading = {"provenance": provenance, "score": 5, "raw": raw.hex()}
    value = {"type": "done", "value": {"type": "evaluated", "value": reading}}
    send({"type": "answer", "id": message["id"], "result": {"Ok": value}})
