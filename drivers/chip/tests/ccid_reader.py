#!/usr/bin/env python3
"""A CCID reader on USB that none of us wrote: the endpoints of a USB gadget, served by the Python package usb-f-ccid.

    ccid_reader.py ENDPOINTS openpgp    with the OpenPGP card of the package smartcard-app-openpgp in it
    ccid_reader.py ENDPOINTS PORT       with the card that connects to this port of the PC itself, in the words of
                                        vpcd (vsmartcard); it is in the reader as long as its connection lives

ENDPOINTS is where functionfs is mounted. Says "ready" when the gadget can be plugged in. Packages: tests/vm/ccid.txt.
"""

import select
import socket
import struct
import sys

import functionfs
from f_ccid import ICCDFunction

# vpcd: a message of one byte is a word to the reader's contacts.
OFF, ON, ANSWER_TO_RESET = b"\x00", b"\x01", b"\x04"


# The package says that its longest packet is exactly as long as its word that a slot has changed (2 bytes). A transfer of the
# host's ends with a shorter packet or a full buffer (USB 2.0, 5.7.3), so libccid, which waits with a buffer of 8, would
# never hear of a card that comes or goes. Readers in the field say 8 here.
INTERRUPT_PACKET = 8


def interface_in_all_speeds(endpoint_list, *, made=functionfs.getInterfaceInAllSpeeds, **others):
    for one in endpoint_list:
        if "wMaxPacketSize" in one["endpoint"]:
            one["endpoint"]["wMaxPacketSize"] = INTERRUPT_PACKET
    return made(endpoint_list=endpoint_list, **others)


functionfs.getInterfaceInAllSpeeds = interface_in_all_speeds


class ConnectedCard:
    """A card at the other end of a connection."""

    def __init__(self, connection):
        self.connection = connection
        self.gone = False

    def say(self, message):
        if self.gone:
            return
        try:
            self.connection.sendall(struct.pack(">H", len(message)) + message)
        except OSError:
            self.gone = True

    def take(self, count):
        taken = b""
        while len(taken) < count and not self.gone:
            try:
                piece = self.connection.recv(count - len(taken))
            except OSError:
                piece = b""
            self.gone = not piece
            taken += piece
        return taken

    def ask(self, message):
        self.say(message)
        head = self.take(2)
        # The endpoint's transfers want bytes that could be written to.
        return bytearray() if self.gone else bytearray(self.take(struct.unpack(">H", head)[0]))

    def getATR(self):
        self.say(ON)
        return self.ask(ANSWER_TO_RESET)

    def runAPDU(self, command):
        return self.ask(bytes(command))

    def clearVolatile(self):
        self.say(OFF)


def openpgp():
    """A card as its package makes it anew, with its application."""
    from smartcard import MASTER_FILE_IDENTIFIER, Card
    from smartcard.app.openpgp import OpenPGP
    from smartcard.utils import transaction_manager

    with transaction_manager:
        card = Card(name=b"py-openpgp")
        application = OpenPGP(identifier=b"\x12\x34")
        application.activateSelf()
        card.createFile(card.traverse((MASTER_FILE_IDENTIFIER,)), application)
    return card


def main():
    endpoints, card = sys.argv[1:]
    with ICCDFunction(path=endpoints) as function:
        slot = function.slot_list[0]
        listener = socket.socket()
        if card == "openpgp":
            slot.insert(openpgp())
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", int(card)))
            listener.listen()
        print("ready", flush=True)
        inside = None
        while True:
            sources = [function.eventfd]
            if card != "openpgp":
                sources.append(inside.connection if inside else listener)
            ready, _, _ = select.select(sources, [], [])
            if function.eventfd in ready:
                function.processEvents()
            if inside is None and listener in ready:
                inside = ConnectedCard(listener.accept()[0])
                slot.insert(inside)
            elif inside and inside.connection in ready:
                # It says nothing that it is not asked: this is its end, or noise.
                inside.gone = True
            if inside and inside.gone:
                slot.remove()
                inside.connection.close()
                inside = None


main()
