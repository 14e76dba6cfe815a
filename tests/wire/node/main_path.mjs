// Drives a server through Stripe's SDK for Node and prints what it saw, as JSON.
// Usage: node main_path.mjs ADDRESS KEY

import Stripe from "stripe";

const [address, key] = process.argv.slice(2);
const { hostname, port } = new URL(address);
const stripe = new Stripe(key, { host: hostname, port, protocol: "http", telemetry: false });

const now = Math.floor(Date.now() / 1000);
const hour = Math.floor(now / 3600) * 3600;
const name = `node_${now}_${process.pid}`;

const meter = await stripe.billing.meters.create({
  display_name: "From Node",
  event_name: name,
  default_aggregation: { formula: "sum" },
});
const customer = await stripe.customers.create({ name: "Node", metadata: { from: "node" } });

const sent = [];
for (const [value, hours] of [["1", 0], ["2.5", 1], ["4", 2], ["100", 2]]) {
  sent.push(
    await stripe.billing.meterEvents.create({
      event_name: name,
      payload: { stripe_customer_id: customer.id, value },
      timestamp: hour - hours * 3600 - 60,
      identifier: `${name} ${value}`,
    }),
  );
}

const adjustment = await stripe.billing.meterEventAdjustments.create({
  event_name: name,
  type: "cancel",
  cancel: { identifier: `${name} 100` },
});

const values = [];
const summaries = stripe.billing.meters.listEventSummaries(meter.id, {
  customer: customer.id,
  start_time: hour - 4 * 3600,
  end_time: hour + 3600,
  value_grouping_window: "hour",
  limit: 1,
});
for await (const summary of summaries) values.push(summary.aggregated_value);

const replays = [];
for (let attempt = 0; attempt < 2; attempt += 1) {
  const made = await stripe.customers.create({ name: "Once" }, { idempotencyKey: name });
  replays.push(made.id);
}

let failure;
try {
  await stripe.billing.meterEvents.create({
    event_name: name,
    payload: { stripe_customer_id: customer.id, value: "1" },
    identifier: `${name} 1`,
  });
} catch (error) {
  failure = {
    type: error.type,
    status: error.statusCode,
    param: error.param,
    message: error.message.replace(name, "NAME"),
    request: error.requestId.slice(0, 4),
  };
}

const renamed = await stripe.billing.meters.update(meter.id, { display_name: "Renamed" });
const asleep = await stripe.billing.meters.deactivate(meter.id);

console.log(
  JSON.stringify({
    events: sent.map((event) => event.payload.value),
    adjustment: adjustment.status,
    values,
    customersMadeByTwoCalls: new Set(replays).size,
    failure,
    meter: [renamed.display_name, asleep.status],
  }),
);
