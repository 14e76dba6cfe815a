"""What usage and seats cost: products, prices, and the arithmetic of rating."""
