"""A stand-in for Stripe's Checkout Sessions and refunds: strict like the real one, with knobs for misbehaviour."""
