// A shop that speaks with the sandbox through the vendor's own client, and judges what it is told.
// node shop.js <host:port> <api key> <private key> <hostile names as JSON>; writes what it saw as JSON.
const { class: Vismapay } = require('visma-pay');

const [host, apiKey, privateKey, hostile] = process.argv.slice(2);

function client(key) {
  const made = new Vismapay();
  made.setApiKey(apiKey);
  made.setPrivateKey(key);
  made.setDefaultHost(host);
  made.setUseHttps(false);
  return made;
}

const shop = client(privateKey);
const attempt = (asked) => asked.then((data) => ({ result: data.result, data }), (error) => ({ result: error.result && error.result.result }));
const believes = (url) =>
  shop.checkReturn(Object.fromEntries(new URL(url).searchParams)).then(() => true, () => false);

function charge(number, amount) {
  return {
    order_number: number,
    amount,
    currency: 'EUR',
    email: 'lainaaja@example.fi',
    payment_method: {
      type: 'e-payment',
      return_url: 'http://127.0.0.1:1/return',
      notify_url: 'http://127.0.0.1:1/notify',
      lang: 'fi',
    },
    products: [{ id: '1', title: 'Myöhästymismaksu €', count: 1, pretax_price: amount, tax: 0, price: amount, type: 1 }],
  };
}

async function outcome(token, wishes) {
  const answer = await fetch(`http://${host}/_sandbox/payments/${token}/outcome`, {
    method: 'POST',
    body: JSON.stringify(wishes),
  });
  return (await answer.json()).redirect;
}

async function main() {
  const seen = { hostile: {} };
  const made = await attempt(shop.createCharge(charge('a', 2000)));
  seen.created = made.result;
  seen.page = (await fetch(`http://${host}/pbwapi/token/${made.data.token}`)).status;
  seen.before = (await attempt(shop.checkStatusWithToken(made.data.token))).result;
  seen.returned = await believes(await outcome(made.data.token, { outcome: 'pay' }));
  seen.paid = (await attempt(shop.checkStatusWithOrderNumber('a'))).data;
  seen.payment = (await attempt(shop.getPayment('a'))).data.payment.amount;
  seen.part = (await attempt(shop.createRefund({ order_number: 'a', amount: 500 }))).result;
  seen.tooMuch = (await attempt(shop.createRefund({ order_number: 'a', amount: 1600 }))).result;
  seen.again = (await attempt(shop.createCharge(charge('a', 2000)))).result;
  seen.wrongKey = (await attempt(client('wrong').createCharge(charge('b', 100)))).result;
  for (const name of JSON.parse(hostile)) {
    const one = await shop.createCharge(charge(`hostile-${name.replaceAll('_', '-')}`, 100));
    const url = await outcome(one.token, { outcome: 'pay', hostile_redirect: name });
    seen.hostile[name] = { url, isBelieved: await believes(url) };
  }
  console.log(JSON.stringify(seen));
}

main();
