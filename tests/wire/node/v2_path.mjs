// Drives the v2 endpoints through Stripe's SDK for Node and prints what it saw, as JSON.
// Usage: node v2_path.mjs ADDRESS KEY NOW, the last in Unix seconds.

import Stripe from "stripe";

const [address, key, clock] = process.argv.slice(2);
const now = Number(clock);
const { hostname, port } = new URL(address);
const connect = (secret) =>
  new Stripe(secret, { host: hostname, port, protocol: "http", telemetry: false });
const stripe = connect(key);

const name = `node_v2_${process.pid}`;

const meter = await stripe.billing.meters.create({
  display_name: "From Node by v2",
  event_name: name,
  default_aggregation: { formula: "sum" },
});
const customer = await stripe.customers.create({ name: "Node" });
const payload = (value) => ({ stripe_customer_id: customer.id, value });

const event = await stripe.v2.billing.meterEvents.create({
  event_name: name,
  identifier: `${name} 1`,
  payload: payload("1.5"),
  timestamp: new Date((now - 60) * 1000).toISOString(),
});

const session = await stripe.v2.billing.meterEventSession.create();
const stream = connect(session.authentication_token);
for (let attempt = 0; attempt < 2; attempt += 1) {
  await stream.v2.billing.meterEventStream.create({
    events: ["2", "4", "many"].map((value) => ({
      event_name: name,
      identifier: `${name} ${value}`,
      payload: payload(value),
    })),
  });
}

const adjustment = await stripe.v2.billing.meterEventAdjustments.create({
  event_name: name,
  type: "cancel",
  cancel: { identifier: `${name} 4` },
});

const failures = [];
for (const attempt of [
  () => stripe.v2.billing.meterEvents.create({ event_name: name, payload: payload("many") }),
  () => connect("mest_test_gone").v2.billing.meterEventStream.create({ events: [] }),
]) {
  try {
    await attempt();
  } catch (error) {
    failures.push({ type: error.type, code: error.code, status: error.statusCode });
  }
}

const hour = Math.floor(now / 3600) * 3600;
const summaries = await stripe.billing.meters.listEventSummaries(meter.id, {
  customer: customer.id,
  start_time: hour - 3600,
  end_time: hour + 7200,
});

console.log(
  JSON.stringify({
    event: [event.object, event.livemode, event.payload.value],
    session: session.object,
    adjustment: adjustment.status,
    total: summaries.data[0].aggregated_value,
    failures,
    meter: meter.id,
  }),
);
