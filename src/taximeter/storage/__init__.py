"""The stores behind the protocols that the domains declare; only the composition root names them."""
