// Compiles the style sheet and copies the script into the Django app, both under a name with their version.
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as sass from "sass";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const packageFolder = here("node_modules/govuk-frontend/");
const target = here("../torget/foundation/design/static/design/vendor/");
const { version } = JSON.parse(readFileSync(`${packageFolder}package.json`, "utf8"));

mkdirSync(target, { recursive: true });
for (const name of readdirSync(target).filter((name) => name.startsWith("govuk-frontend-"))) {
  rmSync(target + name);
}
const { css } = sass.compile(here("torget.scss"), { style: "compressed", quietDeps: true });
writeFileSync(`${target}govuk-frontend-${version}.min.css`, `${css.trim()}\n`);

// The source map comment would make browsers ask for a file that is not there.
const script = readFileSync(`${packageFolder}dist/govuk/govuk-frontend.min.js`, "utf8");
writeFileSync(`${target}govuk-frontend-${version}.min.js`, `${script.replace(/\/\/# sourceMappingURL=.*\s*$/, "").trim()}\n`);
console.log(`Built GOV.UK Frontend ${version}: ${css.length} characters of CSS.`);
