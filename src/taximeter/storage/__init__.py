"""The stores behind the protocols that the domains declare; only `app` names them."""
