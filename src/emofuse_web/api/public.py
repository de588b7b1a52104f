"""Connections to strangers: over TLS, to public addresses only, and to the very address that was looked at.

A name is asked for once, and the connection goes to what it said: a second answer (DNS rebinding) has no chance. Proxies of the environment
are not used, since they would choose the address themselves.
"""

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading

PORT = 443
TIMEOUT = 5.0  # s, for each of connecting, sending, answering
DEADLINE = 15.0  # s for all of it: one who answers a byte every four seconds would hold us for ever
TRANSLATED = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")))  # hold IPv4 addresses


class NotPublic(Exception):
    """A name leads to an address that is not the public's."""


def public(address: str) -> bool:
    """Whether an address is of the public internet, and of one machine there.

    Example:
        >>> public("93.184.215.14"), public("10.0.0.1"), public("::ffff:127.0.0.1"), public("169.254.169.254")
        (True, False, False, False)
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address) and (ip.ipv4_mapped is not None or any(ip in network for network in TRANSLATED)):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_private or ip.is_loopback or ip.is_link_local)


def found(host: str) -> str:
    """The public address of a host; where any of its addresses is not public, none is good.

    Raises:
        NotPublic: It has such an address, or none at all.
    """
    try:
        rows = socket.getaddrinfo(host, PORT, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotPublic("no such name") from error
    addresses = [str(row[4][0]) for row in rows]
    if not addresses or not all(map(public, addresses)):
        raise NotPublic("not a public address")
    return addresses[0]


class Pinned(http.client.HTTPSConnection):
    """HTTPS to an address that was looked at, under the name it was found by; the certificate must be of that name."""

    def __init__(self, host: str, address: str, context: ssl.SSLContext | None = None) -> None:
        self.tls = context or ssl.create_default_context()
        super().__init__(host, PORT, timeout=TIMEOUT, context=self.tls)
        self.address = address

    def connect(self) -> None:
        """To the address, whatever its name says by now."""
        line = socket.create_connection((self.address, PORT), TIMEOUT)
        try:
            self.sock = self.tls.wrap_socket(line, server_hostname=self.host)
        except BaseException:
            line.close()
            raise

    def cut(self) -> None:
        """End it from another thread."""
        with contextlib.suppress(OSError):
            if self.sock is not None:
                self.sock.shutdown(socket.SHUT_RDWR)


def posted(host: str, path: str, body: bytes, headers: dict[str, str]) -> int:
    """Send, and give the status; a redirect is a status like any other, and nothing of the answer is read.

    Raises:
        NotPublic: The host is none that may be called.
        OSError: It cannot be reached, or shows no good certificate.
        http.client.HTTPException: It does not speak HTTP.
    """
    line = Pinned(host, found(host))
    cut = threading.Timer(DEADLINE, line.cut)
    cut.daemon = True
    cut.start()
    try:
        line.request("POST", path, body=body, headers=headers)
        return line.getresponse().status
    finally:
        cut.cancel()
        line.close()
