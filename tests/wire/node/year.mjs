// Drives a metered, tiered subscription through four months of a test clock, with a change of price
// and credits, and prints what was billed, as JSON.
// Usage: node year.mjs ADDRESS KEY

import Stripe from "stripe";

const [address, key] = process.argv.slice(2);
const { hostname, port } = new URL(address);
const stripe = new Stripe(key, { host: hostname, port, protocol: "http", telemetry: false });

const moment = (month, day, hour = 10) => Date.UTC(2026, month - 1, day, hour) / 1000;
let now = moment(1, 31);

const clock = await stripe.testHelpers.testClocks.create({ frozen_time: now, name: "Node" });
async function advance(to) {
  await stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: to });
  for (let asked = 0; asked < 100000; asked += 1) {
    const { status } = await stripe.testHelpers.testClocks.retrieve(clock.id);
    if (status === "ready") {
      now = to;
      return;
    }
    if (status !== "advancing") throw new Error(status);
  }
  throw new Error("the clock did not arrive");
}

const customer = await stripe.customers.create({ name: "Node", test_clock: clock.id });
const name = `node_year_${process.pid}`;
const meter = await stripe.billing.meters.create({
  display_name: "Tokens",
  event_name: name,
  default_aggregation: { formula: "sum" },
});
const product = await stripe.products.create({ name: "Alpaca AI" });
const common = {
  currency: "usd",
  product: product.id,
  recurring: { interval: "month", usage_type: "metered", meter: meter.id },
};
const tokens = await stripe.prices.create({
  ...common,
  billing_scheme: "tiered",
  tiers_mode: "graduated",
  tiers: [
    { up_to: 1000, unit_amount: 0 },
    { up_to: "inf", unit_amount_decimal: "0.5" },
  ],
});
const cent = await stripe.prices.create({ ...common, unit_amount: 1 });
await stripe.billing.creditGrants.create({
  customer: customer.id,
  amount: { type: "monetary", monetary: { currency: "usd", value: 100 } },
  applicability_config: { scope: { price_type: "metered" } },
});
const subscription = await stripe.subscriptions.create({
  customer: customer.id,
  items: [{ price: tokens.id }],
});

async function use(value, at) {
  if (at > now) await advance(at);
  await stripe.billing.meterEvents.create({
    event_name: name,
    payload: { stripe_customer_id: customer.id, value },
    timestamp: at,
  });
}

await use("1301", moment(2, 1)); // 301 above the allowance: 150.5, rounded to 151
await use("1000", moment(2, 28)); // of March: free
await advance(moment(2, 28, 12));
await use("7", moment(3, 15)); // 3.5, rounded to 4
await advance(moment(3, 31, 12));
await use("1100", moment(4, 5)); // 50 at the old price
await advance(moment(4, 10));
await stripe.subscriptionItems.update(subscription.items.data[0].id, { price: cent.id });
await use("20", moment(4, 10, 11)); // 20 at the new one
await advance(moment(4, 30, 12));

const preview = await stripe.invoices.createPreview({ subscription: subscription.id });
const invoices = [];
for await (const invoice of stripe.invoices.list({ subscription: subscription.id, limit: 1 })) {
  invoices.unshift({
    end: invoice.period_end,
    lines: invoice.lines.data.map((line) => line.amount),
    due: invoice.amount_due,
    status: invoice.status,
  });
}
console.log(JSON.stringify({ invoices, preview: preview.amount_due }));
