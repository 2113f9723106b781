"""A stand-in for Paytrail's Payment API: strict like the real one, with a knob for every misbehaviour."""
