#!/usr/bin/env python3
"""A USB camera for a virtual machine: UVC over USB/IP, by the Python package usbip (0.7, MIT).

    uvc_camera.py FILM MODE      FILM: JPEG pictures of 1280 x 720 one after the other, as virtual-devices --camera sends
                                 them; MODE: a file with a word in it, or none: cut, frozen
    modprobe vhci-hcd uvcvideo && usbip attach -r 127.0.0.1 -b 1-1
"""

import sys
import time
from pathlib import Path

import usbip
from usbip.classes.device.uvc import UVC

END = b"\xff\xd9"
film, mode = Path(sys.argv[1]), Path(sys.argv[2])
pictures = [picture + END for picture in film.read_bytes().split(END)[:-1]]
shown = 0


def picture(*_):
    """The next picture, or what the mode asks for."""
    global shown
    shown += 1
    whole = pictures[shown % len(pictures)]
    word = mode.read_text().strip() if mode.exists() else ""
    if word == "cut":
        return whole[: len(whole) // 2]
    return pictures[0] if word == "frozen" else whole


camera = usbip.USBDevice(0x1209, 0x0002)
camera.add(UVC(width=1280, height=720, fps=10, formats=("mjpeg",), source=picture))
camera.plug(via=usbip.USBIP("127.0.0.1", 3240))
print("plugged", flush=True)
while True:
    time.sleep(60)
