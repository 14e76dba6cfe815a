"""The catalog: making, changing and finding products and prices."""
