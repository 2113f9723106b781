"""A stand-in for CPU Ceepos' web shop: strict like the real one, with a knob for every misbehaviour."""
