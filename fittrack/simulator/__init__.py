"""The services that FitTrack connects to, simulated on this machine: `flask simulator`.

Each service is one module that makes one blueprint; they share a world: a seed, a clock, and the
one client that is known to them. The application talks to them over the same HTTP as to the real
ones; only the addresses in its settings differ.
"""
