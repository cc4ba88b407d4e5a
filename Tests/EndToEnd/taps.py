"""Sluice on TAP devices in the wire of the example's network.

    client --- fe0 = tap-fe [Sluice] tap-be = be0 --- router

The packet socket of `net_af_packet` is given datagrams that the kernel has put together; a TAP device gives frames as
they come. A rule of nftables at each interface's ingress, ahead of everything else in the kernel, hands each frame that
comes into `fe0` to `tap-fe` and the other way round, and so with `be0`.
"""

import contextlib

PORTS = {
    "frontend": {"device": "net_tap0,iface=tap-fe"},
    "backend": {"device": "net_tap1,iface=tap-be"},
}
_PAIRS = [("fe0", "tap-fe"), ("tap-fe", "fe0"), ("be0", "tap-be"), ("tap-be", "be0")]


@contextlib.contextmanager
def wired(namespace):
    """Joins the interfaces of the namespace with the TAP devices that Sluice has made there."""
    chains = "".join(
        f'chain {here} {{ type filter hook ingress device "{here}" priority -10; fwd to "{there}"; }}\n'
        for here, there in _PAIRS)
    namespace.run("nft", "-f", "-", input=f"table netdev taps {{\n{chains}}}\n")
    try:
        yield
    finally:
        namespace.run("nft", "delete", "table", "netdev", "taps")
