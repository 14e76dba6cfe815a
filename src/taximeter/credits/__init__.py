"""Billing credits: grants, the order in which they are used, and the ledger of what was."""
