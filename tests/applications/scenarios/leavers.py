"""leavers.py ADDRESS[,ADDRESS]... REQUEST [unheard]: a hundred clients that are there to be killed.

Makes the connections, to each ADDRESS (HOST:PORT, or the path of a socket) in turn, sends REQUEST
on each, with backslash escapes, and takes one byte of each answer, or with `unheard` none. Then it
prints "ready", and waits.
"""

import itertools
import signal
import socket
import sys

addresses, request, *unheard = sys.argv[1:]
request = request.encode().decode("unicode_escape").encode("latin-1")
clients = []
for address in itertools.islice(itertools.cycle(addresses.split(",")), 100):
    if address.startswith("/"):
        client = socket.socket(socket.AF_UNIX)
        client.connect(address)
    else:
        host, port = address.split(":")
        client = socket.create_connection((host, int(port)))
    client.sendall(request)
    clients.append(client)
for client in clients if not unheard else ():
    client.recv(1)
print("ready", flush=True)
signal.pause()
