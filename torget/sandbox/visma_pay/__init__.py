"""A stand-in for Visma Pay's web payments: strict like the real one, with a knob for every misbehaviour."""
