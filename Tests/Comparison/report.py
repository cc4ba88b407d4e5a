"""What the script prints: two tables of medians, each beside its own `direct`, and what Sluice's worker spent."""

import statistics

from loads import LOADS

TITLES = {
    "requests": "requests/s",
    "connections": "connections/s",
    "1 up": "Gbit/s 1 up",
    "4 up": "4 up",
    "1 down": "1 down",
    "4 down": "4 down",
}


def medians(figures):
    """One way's figures of all rounds (load -> list) as load -> median."""
    return {name: statistics.median(values) for name, values in figures.items()}


def ratios(figures, direct):
    return {name: value / direct[name] for name, value in figures.items()}


def tables(wire, defaults):
    """`wire` and `defaults`: way -> load -> median. Sluice has one set of figures and stands in both tables."""
    yield "Frames as a cable carries them (offloads off at every end). In brackets: the ratio to direct."
    yield from _table(wire, wire["direct"])
    yield ""
    yield "The kernel's ways with its default offloads: frames of up to 64 KiB, without checksums. Sluice as above."
    beside = {name: wire[name] for name in wire if name.startswith("Sluice")}
    yield from _table(defaults | beside, defaults["direct"])


def _table(rows, direct):
    yield f"{'':17}" + "".join(f"{TITLES[load.name]:>17}" for load in LOADS)
    for name, row in rows.items():
        cells = (f"{_figure(load, row[load.name])} ({row[load.name] / direct[load.name]:.2f})" for load in LOADS)
        yield f"{name:17}" + "".join(f"{cell:>17}" for cell in cells)


def _figure(load, value):
    return f"{value / 1e9:.2f}" if load.unit == "bit/s" else f"{value:,.0f}"


def worker_times(times):
    """`times`: way -> load -> list of what the worker spent in one round."""
    yield "What Sluice's worker spent: its own counters, and the kernel's account of its thread (CPU time, in kernel)."
    titles = (
        "packets/s", "a burst", "cycles/packet", "busy", "CPU time", "in kernel", "kernel ns/packet", "dropped",
        "sent again")
    yield f"{'':29}" + "".join(f"  {title}" for title in titles)
    for name, loads in times.items():
        for load, rounds in loads.items():
            total = {key: sum(each[key] for each in rounds) for key in rounds[0]}
            cells = zip(titles, _worker_cells(total))
            yield f"{name:16}{load:13}" + "".join(f"  {cell:>{len(title)}}" for title, cell in cells)


def _worker_cells(total):
    packets, seconds = max(1, total["packets"]), total["seconds"]
    yield f"{packets / seconds:,.0f}"
    yield f"{packets / max(1, total['busy_polls']):.1f}"
    yield f"{total['busy_cycles'] / packets:,.0f}"
    yield f"{total['busy_seconds'] / seconds:.0%}"
    yield f"{(total['user_seconds'] + total['kernel_seconds']) / seconds:.0%}"
    yield f"{total['kernel_seconds'] / seconds:.0%}"
    yield f"{1e9 * total['kernel_seconds'] / packets:,.0f}"
    yield f"{total['dropped']:,}"
    yield f"{total['retransmitted'] / packets:.2%}"


def others(shares):
    """`shares`: of the machine's CPUs in use, before each way was set up."""
    yield f"Other programs used {statistics.median(shares):.0%} of the CPUs between loads, at most {max(shares):.0%}."
