// Evaluates a list of FEEL expressions with feelin; values become JSON that keeps their kind.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(process.argv[2] + "/");
const { evaluate } = await import(pathToFileURL(require.resolve("feelin")));

function plain(value) {
  if (value === null || value === undefined) return null;
  if (typeof value === "number") return Number.isFinite(value) ? { number: value } : null;
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value.iso === "string") return { temporal: value.iso };
  if (typeof value === "function" || value.constructor?.name !== "Object") return { other: value.constructor?.name ?? "function" };
  return { context: Object.entries(value).map(([key, item]) => [key, plain(item)]) };
}

const answers = JSON.parse(readFileSync(0, "utf8")).map((text) => {
  try {
    return plain(evaluate(text, {}).value);
  } catch {
    return { failed: true };
  }
});
process.stdout.write(JSON.stringify(answers));
