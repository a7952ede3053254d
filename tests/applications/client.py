"""client.py [--tls] [--leave HOW] HOST:PORT REQUEST: a client that may leave.

Sends REQUEST, and prints what comes until the server closes. With --leave it reads the first bytes
of the answer and leaves, by
  close   FIN, then a RST for what the server has sent or sends
  reset   a RST at once (SO_LINGER with a time of 0)
  kill    SIGKILL
With `--leave unheard` it leaves as with `close`, but before it has read anything.
"""

import argparse
import os
import signal
import socket
import struct
import sys


def text(argument):
    return argument.encode().decode("unicode_escape").encode("latin-1")


parser = argparse.ArgumentParser()
parser.add_argument("--tls", action="store_true")
parser.add_argument("--leave", choices=["close", "reset", "kill", "unheard"])
parser.add_argument("address")
parser.add_argument("request", type=text)
options = parser.parse_args()
host, port = options.address.split(":")
connection = socket.create_connection((host, int(port)))
if options.tls:
    import ssl  # a slow one

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    connection = context.wrap_socket(connection)
connection.sendall(options.request)
if options.leave is None:
    while data := connection.recv(1 << 20):
        sys.stdout.buffer.write(data)
    sys.exit()
if options.leave != "unheard":
    connection.recv(1)
if options.leave == "reset":
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
elif options.leave == "kill":
    os.kill(os.getpid(), signal.SIGKILL)
else:
    connection.shutdown(socket.SHUT_RDWR)
connection.close()
