// A shop on Paytrail's own SDK, as installed, against the sandbox whose address is the argument; prints what it saw.
//
// The SDK has its host in a constant. It calls the shared default instance of axios, so an interceptor there, which is
// axios's own place for such things, sends its requests to the sandbox; no file and no value of the SDK is changed.
"use strict";
const http = require("node:http");
const axios = require("axios");
const sdk = require("@paytrail/paytrail-js-sdk");

const SANDBOX = process.argv[2];
const ORDINARY = { merchantId: 375917, secretKey: "SAIPPUAKAUPPIAS", platformName: "torget-peer" };
const AGGREGATE = { merchantId: 695861, secretKey: "MONISAIPPUAKAUPPIAS", platformName: "torget-peer" };
const SECRETS = { 375917: ORDINARY.secretKey, 695861: AGGREGATE.secretKey };
const WAIT_MS_MAX = 20_000;

const answers = []; // the verdict of the SDK's validator on every answer of the API
const messages = []; // every return, callback and report that came to the shop

axios.interceptors.request.use((config) => {
  config.url = config.url.replace("https://services.paytrail.com", SANDBOX);
  return config;
});
axios.interceptors.response.use((response) => {
  answers.push(isValid(response.headers, response.data));
  return response;
});

/** Ask the SDK's validator. It signs every key it is given, so only `checkout-*` may be handed to it. */
function isValid(parameters, body = "") {
  const signed = Object.fromEntries(Object.entries(parameters).filter(([name]) => name.startsWith("checkout-")));
  const secret = SECRETS[signed["checkout-account"]] ?? "";
  const validator = new sdk.PaytrailClient(ORDINARY);
  return validator.validateHmac(signed, body, parameters.signature, secret, signed["checkout-algorithm"]);
}

async function openShop() {
  const server = http.createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString("utf8");
    const { pathname, search, searchParams } = new URL(request.url, "http://shop");
    messages.push({ method: request.method, path: pathname, search, query: Object.fromEntries(searchParams), body,
      headers: request.headers });
    response.end("ok");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${server.address().port}`;
}

/** The nth message to a path, once it has come. */
async function message(path, count = 1) {
  const deadline = Date.now() + WAIT_MS_MAX;
  for (;;) {
    const found = messages.filter((each) => each.path === path);
    if (found.length >= count) return found[count - 1];
    if (Date.now() > deadline) throw new Error(`nothing came to ${path}`);
    await pause(5);
  }
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** The SDK's nonce is the MD5 of the millisecond, so two requests in one millisecond are a replay to a strict server. */
async function ask(call) {
  await pause(2);
  const { status, message: said, data } = await call();
  return { status, said, data };
}

const machine = (corner, wishes) => fetch(`${SANDBOX}/_sandbox/${corner}`, { method: "POST", body: JSON.stringify(wishes) });

/** What the payer does: look at the page, press a button, follow the redirect back to the shop. */
async function onPage(href, outcome, method = "osuuspankki") {
  const page = await fetch(href);
  const pressed = await fetch(href, { method: "POST", redirect: "manual", body: new URLSearchParams({ outcome, method }) });
  const address = pressed.headers.get("location");
  if (address) await fetch(address);
  return { page: page.status, pressed: pressed.status };
}

function addresses(shop, name) {
  return Object.assign(new sdk.CallbackUrl(), { success: `${shop}/${name}/success`, cancel: `${shop}/${name}/cancel` });
}

// Plain objects fail the SDK's validation, so requests are made of its classes.
function item(stamp, unitPrice, more = {}) {
  const made = more.merchant ? new sdk.ShopInShopItem() : new sdk.Item();
  const description = `Försenad bok – myöhässä 📚 “${stamp}”`;
  return Object.assign(made, { unitPrice, units: 1, vatPercentage: 25.5, productCode: "Åäö-1", description, stamp, ...more });
}

function order(shop, name, items, Made = sdk.CreatePaymentRequest) {
  return Object.assign(new Made(), {
    stamp: `peer-${name}`,
    reference: `viite-${name}`,
    amount: items.reduce((sum, each) => sum + each.unitPrice, 0),
    currency: "EUR",
    language: "SV",
    items,
    customer: Object.assign(new sdk.Customer(), { email: "asa@example.org", firstName: "Åsa", lastName: "Övre" }),
    redirectUrls: addresses(shop, `${name}/return`),
    callbackUrls: addresses(shop, `${name}/callback`),
  });
}

async function told(path, count) {
  const { method, query, search } = await message(path, count);
  return { method, search, status: query["checkout-status"], amount: query["checkout-amount"],
    transactionId: query["checkout-transaction-id"], algorithm: query["checkout-algorithm"], isValid: isValid(query) };
}

const status = (client, transactionId) => ask(() => client.getPaymentStatus({ transactionId }));

const refund = (client, shop, transactionId, name, wishes) =>
  ask(() => client.createRefund({ transactionId },
    Object.assign(new sdk.CreateRefundRequest(), { callbackUrls: addresses(shop, name), refundStamp: name, ...wishes })));

async function payAndRefundInParts(shop, client) {
  const created = await ask(() => client.createPayment(order(shop, "parts", [item("parts-1", 1000), item("parts-2", 540)])));
  const id = created.data.transactionId;
  const seen = { created, before: await status(client, id), page: await onPage(created.data.href, "pay") };
  Object.assign(seen, { returned: await told("/parts/return/success"), callback: await told("/parts/callback/success") });
  seen.paid = await status(client, id);
  seen.part = await refund(client, shop, id, "parts-refund-1", { amount: 540 });
  seen.partCallback = await told("/parts-refund-1/success");
  seen.rest = await refund(client, shop, id, "parts-refund-2", { amount: 1000 });
  seen.restCallback = await told("/parts-refund-2/success");
  seen.tooMuch = await refund(client, shop, id, "parts-refund-3", { amount: 1 });
  return seen;
}

async function payAndRefundAll(shop, client) {
  const created = await ask(() => client.createPayment(order(shop, "all", [item("all-1", 255)])));
  await onPage(created.data.href, "pay", "creditcard");
  const paid = await status(client, created.data.transactionId);
  const refunded = await refund(client, shop, created.data.transactionId, "all-refund", { amount: 255 });
  return { paid, refunded, callback: await told("/all-refund/success") };
}

async function cancel(shop, client) {
  const created = await ask(() => client.createPayment(order(shop, "cancel", [item("cancel-1", 100)])));
  await onPage(created.data.href, "cancel");
  const returned = await told("/cancel/return/cancel");
  return { returned, callback: await told("/cancel/callback/cancel"), after: await status(client, created.data.transactionId) };
}

async function payForTwoMunicipalities(shop, client) {
  const items = [item("sis-1", 700, { merchant: "695874", reference: "r-1" }), item("sis-2", 300, { merchant: "695875", reference: "r-2" })];
  const wanted = order(shop, "sis", items, sdk.CreateSiSPaymentRequest);
  const created = await ask(() => client.createShopInShopPayment(wanted));
  await onPage(created.data.href, "pay");
  const callback = await told("/sis/callback/success");
  const line = Object.assign(new sdk.RefundItem(), { amount: 300, stamp: "sis-2", refundStamp: "sis-refund-2" });
  const refunded = await refund(client, shop, created.data.transactionId, "sis-refund", { items: [line] });
  return { created, callback, refunded, refundCallback: await told("/sis-refund/success") };
}

async function refusals(shop) {
  const stranger = new sdk.PaytrailClient({ ...ORDINARY, secretKey: "wrong" });
  const wrongSecret = await ask(() => stranger.createPayment(order(shop, "stranger", [item("stranger-1", 100)])));
  const client = new sdk.PaytrailClient(ORDINARY);
  const repeatedStamp = await ask(() => client.createPayment(order(shop, "parts", [item("new-1", 100)])));
  const unknown = await status(client, "00000000-0000-4000-8000-000000000000");
  return { wrongSecret, repeatedStamp, unknown };
}

/** A payment whose callbacks are preceded by messages that lie in every way the sandbox knows; the names come with them. */
async function hostileMessages(shop, client, names) {
  await machine("knobs", { hostile: names });
  const created = await ask(() => client.createPayment(order(shop, "hostile", [item("hostile-1", 100)])));
  await onPage(created.data.href, "pay");
  await machine("knobs", { hostile: [] });
  const seen = [];
  for (let count = 1; count <= names.length + 1; count += 1) seen.push(await told("/hostile/callback/success", count));
  return seen;
}

async function otherAlgorithm(shop, client) {
  await machine("knobs", { algorithm: "sha512" });
  const created = await ask(() => client.createPayment(order(shop, "sha512", [item("sha512-1", 100)])));
  await onPage(created.data.href, "pay");
  const callback = await told("/sha512/callback/success");
  await machine("knobs", { algorithm: "sha256" });
  return { callback };
}

async function settlementsAndReports(shop, client, aggregate) {
  await machine("clock", { advance_seconds: 2 * 86_400 });
  const days = { startDate: "2026-11-01", endDate: "2026-12-31" };
  const listed = await ask(() => client.requestSettlements(Object.assign(new sdk.SettlementsRequest(), { limit: 10, ...days })));
  const reports = {};
  for (const requestType of ["json", "csv"]) {
    const wanted = { requestType, callbackUrl: `${shop}/report-${requestType}`, ...days };
    reports[requestType] = await ask(() => client.paymentReportRequest(Object.assign(new sdk.PaymentReportRequest(), wanted)));
  }
  const ofShop = { requestType: "json", callbackUrl: `${shop}/report-shop`, submerchant: 695874, ...days };
  await ask(() => aggregate.paymentReportRequest(Object.assign(new sdk.PaymentReportRequest(), ofShop)));
  const [all, one, csv] = [await message("/report-json"), await message("/report-shop"), await message("/report-csv")];
  return { listed, reports, rows: JSON.parse(all.body), shopRows: JSON.parse(one.body),
    isValid: [all, one].every(({ headers, body }) => isValid(headers, JSON.parse(body))),
    csvIsValid: isValid(csv.headers, csv.body) };
}

async function main() {
  const shop = await openShop();
  const ordinary = new sdk.PaytrailClient(ORDINARY);
  const aggregate = new sdk.PaytrailClient(AGGREGATE);
  const seen = {
    parts: await payAndRefundInParts(shop, ordinary),
    all: await payAndRefundAll(shop, ordinary),
    cancel: await cancel(shop, ordinary),
    sis: await payForTwoMunicipalities(shop, aggregate),
    refusals: await refusals(shop),
    hostile: await hostileMessages(shop, ordinary, JSON.parse(process.argv[3])),
    sha512: await otherAlgorithm(shop, ordinary),
    money: await settlementsAndReports(shop, ordinary, aggregate),
    answers,
  };
  process.stdout.write(JSON.stringify(seen), () => process.exit(0));
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
