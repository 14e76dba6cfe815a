// Makes a webhook endpoint and an event destination, and verifies what they are sent, through
// Stripe's SDK for Node with its own tolerance; prints what it saw, as JSON.
// Usage: node webhooks.mjs ADDRESS KEY

import http from "node:http";
import Stripe from "stripe";

const [address, key] = process.argv.slice(2);
const { hostname, port } = new URL(address);
const stripe = new Stripe(key, { host: hostname, port, protocol: "http", telemetry: false });

const secrets = {};
const seen = {};
let told;
const everything = new Promise((resolve) => (told = resolve));

const receiver = http.createServer((request, response) => {
  let body = "";
  request.on("data", (chunk) => (body += chunk));
  request.on("end", () => {
    const header = request.headers["stripe-signature"];
    const secret = secrets[request.url];
    try {
      const event =
        request.url === "/thin"
          ? stripe.parseEventNotification(body, header, secret)
          : stripe.webhooks.constructEvent(body, header, secret);
      seen[request.url] = event.type;
    } catch (error) {
      seen[request.url] = error.message;
    }
    response.end();
    if (Object.keys(seen).length === 3) told();
  });
});
await new Promise((resolve) => receiver.listen(0, "127.0.0.1", resolve));
const url = (path) => `http://127.0.0.1:${receiver.address().port}${path}`;

const endpoint = await stripe.webhookEndpoints.create({
  url: url("/snapshot"),
  enabled_events: ["customer.created"],
});
const destinations = {};
for (const [path, event_payload, type] of [
  ["/thin", "thin", "v1.customer.created"],
  ["/rolled", "snapshot", "customer.created"],
]) {
  destinations[path] = await stripe.v2.core.eventDestinations.create({
    name: path,
    type: "webhook_endpoint",
    event_payload,
    enabled_events: [type],
    webhook_endpoint: { url: url(path) },
    include: ["webhook_endpoint.signing_secret"],
  });
  secrets[path] = destinations[path].webhook_endpoint.signing_secret;
}
secrets["/snapshot"] = endpoint.secret;
// What "/rolled" was made with goes on signing beside the secret that follows it.
await stripe.rawRequest(
  "POST",
  `/v2/core/event_destinations/${destinations["/rolled"].id}/roll_secret`,
  { expires_in: 60 },
);

await stripe.customers.create({ name: "Node" });
await everything;
receiver.closeAllConnections();
receiver.close();
for (const one of Object.values(destinations)) await stripe.v2.core.eventDestinations.del(one.id);
await stripe.webhookEndpoints.del(endpoint.id);

console.log(JSON.stringify(seen));
