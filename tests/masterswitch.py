"""A simulated APC MasterSwitch: what apcmastersnmp of cluster-glue asks one for, and no more.
It has no clock: what a relay does later, it does when its state was read once.

    masterswitch.py NAME[:FLAW]...     an outlet each, numbered from 1, all on

FLAW: stuck, the relay never moves; blind, its state always reads 0; back, an outlet that was
switched off comes back on. Prints each request, read, command, and move of a relay before it
is answered, and first of all the port to file descriptor 3. Ends with its parent.

SPDX-License-Identifier: LGPL-2.1-or-later
"""
import ctypes
import os
import signal
import socket
import sys

RPDU = bytes((0x2B, 6, 1, 4, 1, 0x82, 0x3E, 1, 1, 12))  # 1.3.6.1.4.1.318.1.1.12, of PowerNet-MIB
ON, OFF, REBOOT = 1, 2, 3
WORDS = {ON: "on", OFF: "off", REBOOT: "reboot"}
NO_COMMAND_PENDING = 2
REBOOT_SECONDS = 1  # the plugin reads states for twice as long
INTEGER, OCTETS, SEQUENCE, RESPONSE, SET = 0x02, 0x04, 0x30, 0xA2, 0xA3
NO_SUCH_NAME = 2


def say(*words):
    print(*words, flush=True)


class Outlet:
    def __init__(self, number, text):
        self.number = number
        self.name, _, self.flaw = text.partition(":")
        self.state = ON
        self.returns = False

    def move(self, state):
        if state != self.state and self.flaw != "stuck":
            self.state = state
            say("outlet", self.number, WORDS[state])

    def command(self, value):
        say("command", self.number, WORDS.get(value, value))
        self.move(ON if value == ON else OFF)
        self.returns = value == REBOOT or (value == OFF and self.flaw == "back")

    def read(self):
        state = 0 if self.flaw == "blind" else self.state
        say("read", self.number, WORDS.get(state, state))
        if self.returns:
            self.move(ON)
        return state


outlets = [Outlet(i, text) for i, text in enumerate(sys.argv[1:], 1)]


# BER: all that is sent here is short.
def encode(tag, value):
    if isinstance(value, int):
        value = bytes((value,))
    assert len(value) < 128
    return bytes((tag, len(value))) + value


def decode(data):
    """The (tag, contents) of all that stands in data, one after the other."""
    while data:
        tag, size, start = data[0], data[1], 2
        if size & 0x80:
            start += size & 0x7F
            size = int.from_bytes(data[2:start], "big")
        yield tag, data[start : start + size]
        data = data[start + size :]


def value_of(tail):
    """Of an object below RPDU, encoded; None: there is none."""
    *column, row = tail
    if column == [1, 5]:  # rPDUIdentModelNumber
        return encode(OCTETS, b"AP7920")
    if column == [1, 8]:  # rPDUIdentDeviceNumOutlets
        return encode(INTEGER, len(outlets))
    if not 1 <= row <= len(outlets):
        return None
    outlet = outlets[row - 1]
    if column == [3, 3, 1, 1, 4]:  # rPDUOutletControlOutletCommand
        return encode(INTEGER, outlet.read())
    if column == [3, 4, 1, 1, 2]:  # rPDUOutletConfigOutletName
        return encode(OCTETS, outlet.name.encode())
    if column == [3, 4, 1, 1, 6]:  # rPDUOutletConfigRebootDuration
        return encode(INTEGER, REBOOT_SECONDS)
    if column == [3, 5, 1, 1, 5]:  # rPDUOutletStatusCommandPending
        return encode(INTEGER, NO_COMMAND_PENDING)
    return None


def answer(datagram):
    ((_, message),) = decode(datagram)
    (_, version), (_, community), (kind, pdu) = decode(message)
    say("request", "version", version[0] + 1)
    (_, number), _, _, (_, varbinds) = decode(pdu)
    ((_, varbind),) = decode(varbinds)
    (oid_tag, oid), (value_tag, value) = decode(varbind)
    tail = list(oid[len(RPDU) :]) if oid.startswith(RPDU) else [0]
    if kind == SET:
        outlets[tail[-1] - 1].command(int.from_bytes(value, "big"))
        found = encode(value_tag, value)
    else:
        found = value_of(tail)
    error = 0 if found else NO_SUCH_NAME
    varbind = encode(oid_tag, oid) + (found or encode(value_tag, value))
    response = (
        encode(INTEGER, number)
        + encode(INTEGER, error)
        + encode(INTEGER, 1 if error else 0)
        + encode(SEQUENCE, encode(SEQUENCE, varbind))
    )
    return encode(
        SEQUENCE,
        encode(INTEGER, version) + encode(OCTETS, community) + encode(RESPONSE, response),
    )


PR_SET_PDEATHSIG = 1
ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as here:
    here.bind(("127.0.0.1", 0))
    os.write(3, b"%d\n" % here.getsockname()[1])
    os.close(3)
    last = None
    while True:
        request = here.recvfrom(65536)
        if request != last:  # else it was sent again, for the machine was slow
            last, reply = request, answer(request[0])
        here.sendto(reply, request[1])
