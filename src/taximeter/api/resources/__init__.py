"""The endpoints: each reads its parameters, calls one use case and renders the answer."""
