"""Why parameters of Stripe's are not taken, in one sentence each."""

PAYMENTS = "Taximeter collects no payments; leave it out."
NO_TAXES = "Taxes are not computed here; leave it out."
NO_DISCOUNTS = "There are no discounts here; leave it out."
NO_CONNECT = "There are no connected accounts here; leave it out."
NO_ACCOUNTS = "There are no accounts here; name the customer in 'customer'."
NOT_YET = "It is not supported here; leave it out."
USE_PRICE = "Plans are prices; send price."
