"""The tables of billing, as SQLAlchemy Core sees them; created in `migrations.py`.

What is filtered by or summed stands in columns of its own, and the whole of each thing, as JSON,
in `details`.
"""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, Text, text

from taximeter.storage.records.tables import metadata

test_clocks = Table(
    "test_clocks",
    metadata,
    Column("position", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("environment", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("details", Text, nullable=False),
)

products = Table(
    "products",
    metadata,
    Column("position", Integer, primary_key=True),
    Column("id", Text, nullable=False),
    Column("environment", Integer, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("url", Text),
    Column("shippable", Boolean),
    Column("details", Text, nullable=False),
)
Index("products_id", products.c.environment, products.c.id, unique=True)

prices = Table(
    "prices",
    metadata,
    Column("position", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("environment", Integer, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("product", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("interval", Text),
    Column("usage_type", Text),
    Column("meter", Text),
    Column("lookup_key", Text),
    Column("details", Text, nullable=False),
)
Index("prices_product", prices.c.environment, prices.c.product)
Index("prices_lookup_key", prices.c.environment, prices.c.lookup_key, unique=True)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("position", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("environment", Integer, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("customer", Text, nullable=False),
    Column("test_clock", Text),
    Column("status", Text, nullable=False),
    Column("collection_method", Text, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("details", Text, nullable=False),
)
Index("subscriptions_customer", subscriptions.c.environment, subscriptions.c.customer)

subscription_items = Table(
    "subscription_items",
    metadata,
    Column("id", Text, primary_key=True),
    Column("environment", Integer, nullable=False),
    Column("subscription", Text, nullable=False),
    Column("price", Text, nullable=False),
    Column("present", Boolean, nullable=False),
)
Index(
    "subscription_items_subscription",
    subscription_items.c.environment,
    subscription_items.c.subscription,
)
Index("subscription_items_price", subscription_items.c.environment, subscription_items.c.price)

invoices = Table(
    "invoices",
    metadata,
    Column("position", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("environment", Integer, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("customer", Text, nullable=False),
    Column("test_clock", Text),
    Column("subscription", Text),
    Column("status", Text, nullable=False),
    Column("collection_method", Text, nullable=False),
    Column("due_date", BigInteger),
    Column("period_end", BigInteger, nullable=False),
    Column("details", Text, nullable=False),
)
Index("invoices_customer", invoices.c.environment, invoices.c.customer)
Index("invoices_subscription", invoices.c.environment, invoices.c.subscription)

invoice_items = Table(
    "invoice_items",
    metadata,
    Column("position", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("environment", Integer, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("customer", Text, nullable=False),
    Column("test_clock", Text),
    Column("invoice", Text),
    Column("details", Text, nullable=False),
)
Index("invoice_items_customer", invoice_items.c.environment, invoice_items.c.customer)
Index("invoice_items_invoice", invoice_items.c.environment, invoice_items.c.invoice)

credit_grants = Table(
    "credit_grants",
    metadata,
    Column("position", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("environment", Integer, nullable=False),
    Column("customer", Text, nullable=False),
    Column("test_clock", Text),
    Column("usable", Boolean, nullable=False),
    Column("details", Text, nullable=False),
)
Index("credit_grants_customer", credit_grants.c.environment, credit_grants.c.customer)

credit_balance_transactions = Table(
    "credit_balance_transactions",
    metadata,
    Column("position", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("environment", Integer, nullable=False),
    Column("customer", Text, nullable=False),
    Column("test_clock", Text),
    Column("credit_grant", Text, nullable=False),
    Column("invoice", Text),
    Column("amount", BigInteger, nullable=False),
    Column("details", Text, nullable=False),
)
Index(
    "credit_balance_transactions_customer",
    credit_balance_transactions.c.environment,
    credit_balance_transactions.c.customer,
)
Index("credit_balance_transactions_credit_grant", credit_balance_transactions.c.credit_grant)
Index(
    "credit_balance_transactions_invoice",
    credit_balance_transactions.c.environment,
    credit_balance_transactions.c.invoice,
)

due = Table(
    "due",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("environment", Integer, nullable=False),
    Column("test_clock", Text),
    Column("due_at", BigInteger, nullable=False),
    Column("leased_until", BigInteger, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("error", Text),
)
Index("due_due_at", due.c.test_clock, due.c.due_at, due.c.kind, due.c.subject)
Index(
    "due_leased_until",
    due.c.leased_until,
    sqlite_where=text("leased_until > 0"),
    postgresql_where=text("leased_until > 0"),
)
