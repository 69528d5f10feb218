"""The load gate: what casbin would read unsafely never gets in."""

from authz.engine.gate.gates import Gate, gate, row_faults

__all__ = ["Gate", "gate", "row_faults"]
