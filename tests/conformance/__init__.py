"""The gates that stand in for an Oracle server where none is at hand (see docs/oracle.md)."""
