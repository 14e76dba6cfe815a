"""Check before use: may a customer use more, given hard limits and credits?"""
