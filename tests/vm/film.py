#!/usr/bin/env python3
"""A film of a second out of the virtual camera: film.py VIRTUAL_DEVICES FILM"""

import socket
import subprocess
import sys
import tempfile
from pathlib import Path

END = b"\xff\xd9"
folder = Path(tempfile.mkdtemp())
program = subprocess.Popen(
    [sys.argv[1], "--reader", folder / "reader", "--control", folder / "control", "--camera", folder / "camera", "--until-stdin-ends"],
    stdin=subprocess.PIPE,
    stdout=subprocess.PIPE,
)
program.stdout.readline()
camera = socket.socket(socket.AF_UNIX)
camera.connect(str(folder / "camera"))
film = b""
while film.count(END) < 30:
    film += camera.recv(1 << 16)
Path(sys.argv[2]).write_bytes(film)
program.stdin.close()
program.wait()
