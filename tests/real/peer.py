"""peer.py HOW [GREETING [ANSWER]]: a server that leaves its first client.

Listens on 127.0.0.1 and prints the port, which the kernel chose. The first client is sent
GREETING, and left by
  close     the socket is closed
  shutdown  both directions are shut down, and the socket stays
  reset     a RST instead of a FIN (SO_LINGER with a time of 0)
  kill      SIGKILL, for the process that has the connection
Later clients are sent ANSWER for their first line; without ANSWER they are left as the first.

But for `reset`, the client is sent the FIN first and a RST when it writes after that. A socket
that is reset after a FIN answers every write from then on with EPIPE, never with ECONNRESET
(tcp_reset in net/ipv4/tcp_input.c), so it does not matter who is the faster.
"""

import os
import signal
import socket
import struct
import sys


def text(number):
    return sys.argv[number].encode().decode("unicode_escape").encode("latin-1")


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


how = sys.argv[1]
greeting = text(2) if len(sys.argv) > 2 else b""
answer = text(3) if len(sys.argv) > 3 else None
server = socket.create_server(("127.0.0.1", 0), backlog=64)
print(server.getsockname()[1], flush=True)
first = True
while True:
    client, _ = server.accept()
    if first or answer is None:
        first = False
        leave(client, how, greeting)
    else:
        with client, client.makefile("rb") as lines:
            lines.readline()
            try:
                client.sendall(answer)
            except OSError:
                pass
