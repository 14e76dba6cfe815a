"""Objects as they stand on the wire: Stripe's fields, in Stripe's order, then ours."""
