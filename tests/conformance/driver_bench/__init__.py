"""The driver bench: python-oracledb talks TNS to a loopback server that runs SQLite.

It tests the driver's path — pool, binds, types, RETURNING INTO, large objects, errors — and not
Oracle's SQL.
"""

from tests.conformance.driver_bench.server import Bench

__all__ = ["Bench"]
