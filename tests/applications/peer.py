"""peer.py [--until TEXT] HOW [GREETING [ANSWER]]: a server that leaves its first client.

Listens on 127.0.0.1 and prints the port, which the kernel chose. The first client is sent
GREETING, and left by
  close     the socket is closed
  shutdown  both directions are shut down, and the socket stays
  reset     a RST instead of a FIN (SO_LINGER with a time of 0)
  kill      SIGKILL, for the process that has the connection
With --until, not before the client has sent TEXT, which stays unread. Later clients are sent
ANSWER for what they send first; without ANSWER they are left as the first.

With `close` and `shutdown` the client is sent the FIN, then a RST for what it wrote or writes. A
socket that is reset after a FIN answers every write from then on with EPIPE, never with ECONNRESET
(tcp_reset in net/ipv4/tcp_input.c), so it does not matter who is the faster: of what the client
writes when it has read GREETING, the second write breaks, and with --until the first.
"""

import argparse
import os
import signal
import socket
import struct
import time


def text(argument):
    return argument.encode().decode("unicode_escape").encode("latin-1")


def wait_for(client, wanted):
    while wanted not in client.recv(1 << 16, socket.MSG_PEEK):
        time.sleep(0.005)


kept = []


def leave(client, how, greeting):
    # Held back by MSG_MORE, the greeting leaves together with the FIN.
    client.send(greeting, socket.MSG_MORE)
    if how == "reset":
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
    elif how == "kill":
        child = os.fork()
        if child == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        client.close()
        os.waitpid(child, 0)
    else:
        # Of both directions, so that what the client writes from now on is answered by a RST at
        # once (tcp_rcv_state_process, "RFC 1122 says we MUST send a reset").
        client.shutdown(socket.SHUT_RDWR)
        if how == "close":
            client.close()
        else:
            kept.append(client)


def serve(client, answer):
    with client:
        client.recv(1)
        client.sendall(answer)
        client.shutdown(socket.SHUT_WR)
        # A close(2) with data unread would be a RST.
        while client.recv(1 << 20):
            pass


parser = argparse.ArgumentParser()
parser.add_argument("--until", type=text, default=b"")
parser.add_argument("how", choices=["close", "shutdown", "reset", "kill"])
parser.add_argument("greeting", type=text, nargs="?", default=b"")
parser.add_argument("answer", type=text, nargs="?")
options = parser.parse_args()
# Each CPU has its own queue of what loopback has sent (enqueue_to_backlog in net/core/dev.c). From
# two of them the RST can come in before the FIN, and then the client reads ECONNRESET.
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
server = socket.create_server(("127.0.0.1", 0), backlog=64)
print(server.getsockname()[1], flush=True)
first = True
while True:
    client = server.accept()[0]
    if first or options.answer is None:
        first = False
        if options.until:
            wait_for(client, options.until)
        way, arguments = leave, (options.how, options.greeting)
    else:
        way, arguments = serve, (options.answer,)
    try:
        way(client, *arguments)
    except OSError:
        client.close()  # the client was the first to leave
