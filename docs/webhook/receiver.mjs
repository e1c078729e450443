// Takes orders of the contact centre: SECRET=whsec_… node receiver.mjs 8090. No package is needed.
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const key = Buffer.from(process.env.SECRET.replace(/^whsec_/, ""), "base64");
const answered = new Map(); // a table with a unique id, in earnest: it outlives a restart
const orders = new Map();

function proven(headers, body) {
  const { "webhook-id": id, "webhook-timestamp": at, "webhook-signature": given = "" } = headers;
  const ours = Buffer.from("v1," + createHmac("sha256", key).update(`${id}.${at}.${body}`).digest("base64"));
  const fits = given.split(" ").map((one) => Buffer.from(one)).some((one) => one.length === ours.length && timingSafeEqual(one, ours));
  return fits && Math.abs(Date.now() / 1000 - Number(at)) <= 300;
}

function carryOut({ type, data }) {
  if (type === "order.placed") {
    const number = String(1000 + orders.size);
    orders.set(number, { ...data, progress: "new" }); // hand it to your dispatchers here
    return { order_id: number };
  }
  if (type === "order.cancelled" && orders.has(data.order_id)) orders.get(data.order_id).progress = "cancelled";
  const asked = type === "orders.states" ? data.order_ids.filter((number) => orders.has(number)) : [];
  return { orders: asked.map((number) => ({ order_id: number, progress: orders.get(number).progress })) };
}

createServer(async (request, response) => {
  let body = "";
  for await (const part of request.setEncoding("utf8")) body += part;
  const good = proven(request.headers, body);
  const id = request.headers["webhook-id"];
  if (good && !answered.has(id)) answered.set(id, carryOut(JSON.parse(body))); // the same id is the same request
  response.writeHead(good ? 200 : 401, { "Content-Type": "application/json" });
  response.end(JSON.stringify(good ? answered.get(id) : { message: "the signature does not fit, or is too old" }));
}).listen(Number(process.argv[2]), "127.0.0.1");
