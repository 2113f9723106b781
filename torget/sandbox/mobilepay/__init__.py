"""A stand-in for Vipps MobilePay's ePayment: strict like the real one, with a knob for every misbehaviour."""
