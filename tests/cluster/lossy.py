"""A network that loses packets: passes datagrams for port 161 of one address on to another, and
the answers back; each is lost with a given chance. Always the same ones, for it is seeded.

    lossy.py PERCENT LISTEN PDU     SIGUSR1: says how many were lost

SPDX-License-Identifier: LGPL-2.1-or-later
"""
import random
import selectors
import signal
import socket
import sys

percent, here, there = int(sys.argv[1]), sys.argv[2], sys.argv[3]
chance = random.Random(1)
count = {"passed": 0, "lost": 0}


def passes():
    lost = chance.randrange(100) < percent
    count["lost" if lost else "passed"] += 1
    return not lost


def report(*_):
    print(f"lost {count['lost']} of {sum(count.values())} packets", flush=True)


front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
front.bind((here, 161))
selector = selectors.DefaultSelector()
selector.register(front, selectors.EVENT_READ)
clients = {}  # a client's address -> the socket that stands for it before the PDU
signal.signal(signal.SIGUSR1, report)
print("ready", flush=True)
while True:
    for key, _ in selector.select():
        if key.fileobj is front:
            datagram, client = front.recvfrom(65536)
            if client not in clients:
                clients[client] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                clients[client].connect((there, 161))
                selector.register(clients[client], selectors.EVENT_READ, client)
            if passes():
                clients[client].send(datagram)
        else:
            datagram = key.fileobj.recv(65536)
            if passes():
                front.sendto(datagram, key.data)
