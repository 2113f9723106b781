// Sign each case on standard input with the SDK's own function; print the signatures and the bodies as it serialises them.
"use strict";
const { Signature } = require("@paytrail/paytrail-js-sdk/dist/utils/signature.util.js");

const cases = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
const signed = cases.map(({ secret, parameters, body, algorithm }) => ({
  signature: Signature.calculateHmac(secret, Object.fromEntries(parameters), body ?? "", algorithm),
  body: body === null ? "" : JSON.stringify(body),
}));
process.stdout.write(JSON.stringify(signed));
