// Reads the error reports of a meter through Stripe's SDK for Node and prints what it saw, as JSON.
// Usage: node v2_events.mjs ADDRESS KEY METER

import Stripe from "stripe";

const [address, key, meter] = process.argv.slice(2);
const { hostname, port } = new URL(address);
const stripe = new Stripe(key, { host: hostname, port, protocol: "http", telemetry: false });

const events = [];
const types = ["v1.billing.meter.error_report_triggered"];
for await (const one of stripe.v2.core.events.list({ object_id: meter, types, limit: 1 })) {
  const event = await stripe.v2.core.events.retrieve(one.id);
  const about = await event.fetchRelatedObject();
  events.push({
    type: event.type,
    codes: event.data.reason.error_types.map((error) => error.code),
    meter: about.id,
  });
}

console.log(JSON.stringify(events));
