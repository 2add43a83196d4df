// Scores pages of the portal as Lighthouse does, three times each, and prints the medians.
// Usage: node run.mjs FOLDER PORTAL_PORT NAME=PATH=COOKIES...
// FOLDER has node_modules, cert.pem and key.pem; CHROME_PATH names the browser.
import { front, listen } from "../front.mjs";

const BARS = { performance: 95, accessibility: 100, "best-practices": 100, seo: 95 };
const KILOBYTES = { first: 60, again: 10 };
const TIMES = 3;
// Without these, Chromium looks for its maker's servers at every start.
const FLAGS = [
  "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
  "--ignore-certificate-errors",
];

const OURS = { path: "/", secure: true, httpOnly: true };

const [folder, portalPort, ...pages] = process.argv.slice(2);
const { default: lighthouse } = await import(`${folder}/node_modules/lighthouse/core/index.js`);
const { default: puppeteer } = await import(`${folder}/node_modules/puppeteer-core/lib/esm/puppeteer/puppeteer-core.js`);
const { launch } = await import(`${folder}/node_modules/chrome-launcher/dist/index.js`);

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** Puts a cookie into the browser, where Lighthouse leaves it. */
async function keep(cookie, port) {
  const browser = await puppeteer.connect({ browserURL: `http://127.0.0.1:${port}` });
  await browser.setCookie(cookie);
  await browser.disconnect(); // two at one browser disturb each other
}

async function look(path, port, origin) {
  const categories = Object.keys(BARS);
  const asked = { port, onlyCategories: categories, logLevel: "silent" };
  let lhr;
  // On a busy machine a trace may fail, and Lighthouse asks to be run again.
  for (let time = 0; time < TIMES; time++) {
    ({ lhr } = await lighthouse(origin + path, asked));
    if (!lhr.runtimeError) break;
  }
  const led = new URL(lhr.finalDisplayedUrl);
  if (lhr.runtimeError || led.origin + led.pathname !== origin + path) {
    throw new Error(`${path} led to ${led}: ${lhr.runtimeError?.message ?? "another page"}`);
  }
  return lhr;
}

function figures(lhr, origin) {
  const requests = lhr.audits["network-requests"].details.items;
  const bytes = (list) => list.reduce((sum, each) => sum + each.transferSize, 0) / 1000;
  return {
    ...Object.fromEntries(
      Object.keys(BARS).map((name) => [name, Math.round(lhr.categories[name].score * 100)]),
    ),
    paint: lhr.audits["first-contentful-paint"].numericValue / 1000,
    largest: lhr.audits["largest-contentful-paint"].numericValue / 1000,
    shift: lhr.audits["cumulative-layout-shift"].numericValue,
    first: bytes(requests),
    // What lies in the browser for a year is not asked for again.
    again: bytes(requests.filter((each) => !each.url.startsWith(`${origin}/static/`))),
    elsewhere: requests.filter((each) => new URL(each.url).origin !== origin).length,
  };
}

function failing(lhr) {
  return Object.values(lhr.categories)
    .flatMap((category) => category.auditRefs)
    .filter(({ id, weight }) => weight > 0 && (lhr.audits[id].score ?? 1) < 0.9)
    .map(({ id }) => `${id} (${lhr.audits[id].displayValue ?? lhr.audits[id].title})`);
}

function isGood(found) {
  return (
    Object.entries(BARS).every(([name, bar]) => found[name] >= bar) &&
    Object.entries(KILOBYTES).every(([name, bar]) => found[name] <= bar) &&
    found.shift < 0.005 &&
    found.elsewhere === 0
  );
}

const tls = front(folder, portalPort);
const origin = `https://localhost:${await listen(tls)}`;
const chrome = await launch({ chromeFlags: FLAGS, logLevel: "silent" });
let failed = false;
try {
  console.log(
    "page        perf  access  practices  seo   paint  largest  shift  kB first  kB again",
  );
  for (const page of pages) {
    const [name, path, cookie, value] = page.split("=");
    if (cookie) await keep({ name: cookie, value, domain: "localhost", ...OURS }, chrome.port);
    const runs = [];
    for (let time = 0; time < TIMES; time++) {
      runs.push(await look(path, chrome.port, origin));
    }
    const each = runs.map((lhr) => figures(lhr, origin));
    const found = Object.fromEntries(
      Object.keys(each[0]).map((key) => [key, median(each.map((run) => run[key]))]),
    );
    const good = isGood(found);
    failed ||= !good;
    const cells = [
      [found.performance, 4], [found.accessibility, 8], [found["best-practices"], 11],
      [found.seo, 5], [`${found.paint.toFixed(2)} s`, 8], [`${found.largest.toFixed(2)} s`, 9],
      [found.shift.toFixed(3), 7], [found.first.toFixed(1), 10], [found.again.toFixed(1), 10],
    ];
    const line = cells.map(([text, width]) => String(text).padStart(width)).join("");
    console.log(`${name.padEnd(12)}${line}${good ? "" : "  FAILED"}`);
    for (const what of new Set(runs.flatMap(failing))) console.log(`    ${what}`);
  }
} finally {
  chrome.kill();
  tls.close();
}
process.exit(failed ? 1 : 0);
