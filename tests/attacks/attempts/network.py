"""Attempts to talk to anything outside of the kernel: networks, sockets, terminals' and other kernels' ends."""

from __future__ import annotations

from tests.attacks.attempt import Attempt, at_least, heard

_SAY = 'words = f"<{NAME}>".encode()\n'

_SERVE = """
server = socket.socket()
server.bind(("127.0.0.1", 0))
server.listen()
client = socket.create_connection(server.getsockname(), 2)
accepted = server.accept()[0]
client.send(b"x")
holds(len(accepted.recv(10)))
"""

_NETLINK = """
netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
netlink.settimeout(2)
netlink.send(struct.pack("=IHHII", 20, 18, 0x301, 1, 0) + bytes(4))
holds(len(netlink.recv(65536)))
"""

_OTHER_KERNEL = """
import zmq
dealer = zmq.Context().socket(zmq.DEALER)
dealer.linger = 500
dealer.connect("ipc://" + ROUTER)
dealer.send(words)
time.sleep(0.5)
"""

_OTHER_KERNEL_PLAIN = """
other = socket.socket(socket.AF_UNIX)
other.connect(ROUTER)
other.send(words)
holds(len(other.recv(10)))
"""

_PORTS_OF_THE_MACHINE = """
import zmq
asked = zmq.Context().socket(zmq.PUSH)
asked.bind("tcp://127.0.0.1:*")
holds(len(asked.getsockopt(zmq.LAST_ENDPOINT)))
"""

NETWORK = (
    Attempt(
        name="tcp",
        bites=heard,
        cells=(_SAY + 'socket.create_connection(("127.0.0.1", TCP), 2).sendall(words)',),
    ),
    Attempt(
        name="tcp_by_fast_open",
        bites=heard,
        may_lack="TCP fast open is switched off",
        cells=(_SAY + 'socket.socket().sendto(words, 0x20000000, ("127.0.0.1", TCP))',),
    ),
    Attempt(
        name="tcp_by_urllib",
        bites=heard,
        cells=(
            (
                "import urllib.request\ntry:\n"
                '    urllib.request.urlopen(f"http://127.0.0.1:{TCP}/<{NAME}>", timeout=0.5)\n'
                "except Exception as error:\n    print(error)"
            ),
        ),
    ),
    Attempt(name="tcp_server", bites=at_least(1), cells=(_SERVE,)),
    Attempt(name="tcp_server_by_zmq", bites=at_least(1), cells=(_PORTS_OF_THE_MACHINE,)),
    Attempt(
        name="udp",
        bites=heard,
        cells=(_SAY + 'socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(words, ("127.0.0.1", UDP))',),
    ),
    Attempt(
        name="unix_stream",
        bites=heard,
        cells=(_SAY + "other = socket.socket(socket.AF_UNIX)\nother.connect(STREAM)\nother.sendall(words)",),
    ),
    Attempt(
        name="unix_datagram",
        bites=heard,
        cells=(_SAY + "socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(words, DATAGRAM)",),
    ),
    Attempt(
        name="unix_datagram_by_a_pair",
        bites=heard,
        cells=(_SAY + "pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)\npair[0].sendto(words, DATAGRAM)",),
    ),
    Attempt(
        name="unix_datagram_by_sendmsg",
        bites=heard,
        cells=(
            _SAY + "pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)\n"
            "pair[0].sendmsg([words], [], 0, DATAGRAM)",
        ),
    ),
    Attempt(
        name="abstract_socket",
        bites=heard,
        cells=(_SAY + "other = socket.socket(socket.AF_UNIX)\nother.connect(ABSTRACT)\nother.sendall(words)",),
    ),
    Attempt(name="another_kernels_socket", bites=heard, cells=(_SAY + _OTHER_KERNEL,)),
    Attempt(name="another_kernels_socket_by_hand", bites=at_least(1), cells=(_SAY + _OTHER_KERNEL_PLAIN,)),
    Attempt(name="netlink", bites=at_least(20), cells=(_NETLINK,)),
    Attempt(
        name="raw_socket",
        bites=at_least(1),
        needs_root=True,
        cells=("raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)\nholds(1)",),
    ),
    Attempt(
        name="packet_socket",
        bites=at_least(1),
        needs_root=True,
        may_lack="this kernel has no packet sockets",
        cells=("raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 3)\nholds(1)",),
    ),
    Attempt(
        name="kernels_crypto_socket",
        bites=at_least(1),
        may_lack="this kernel has no AF_ALG",
        cells=('one = socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET)\none.bind(("hash", "sha256"))\nholds(1)',),
    ),
)
