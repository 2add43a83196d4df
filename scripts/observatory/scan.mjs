// Scores pages of the portal as MDN's HTTP Observatory does, through a front with TLS such as nginx.
// Usage: node scan.mjs FOLDER PORTAL_PORT LOWEST_SCORE NAME=PATH=COOKIES...
// FOLDER has node_modules, cert.pem and key.pem; NODE_EXTRA_CA_CERTS names the authority.
import http from "node:http";
import { front, listen } from "../front.mjs";

const [folder, portalPort, lowest, ...pages] = process.argv.slice(2);
const observatory = `${folder}/node_modules/@mdn/mdn-http-observatory/src`;
const { ALL_TESTS } = await import(`${observatory}/constants.js`);
const { retrieve } = await import(`${observatory}/retriever/retriever.js`);
const grader = await import(`${observatory}/grader/grader.js`);
const { MINIMUM_SCORE_FOR_EXTRA_CREDIT } = await import(`${observatory}/grader/charts.js`);

// What nginx.conf does on both ports.
const tls = front(folder, portalPort);
const httpsPort = await listen(tls);
const plain = http.createServer((request, response) => {
  response.writeHead(301, { location: `https://localhost:${httpsPort}${request.url}` }).end();
});
const httpPort = await listen(plain);

function score(requests) {
  const results = ALL_TESTS.map((test) => test(requests));
  const changes = results.map((each) => grader.getScoreModifier(each.result));
  const penalties = changes.filter((change) => change < 0).reduce((sum, each) => sum + each, 100);
  const all = changes.reduce((sum, each) => sum + each, 100);
  const total = penalties >= MINIMUM_SCORE_FOR_EXTRA_CREDIT ? all : penalties;
  const lines = results.map((each, place) => `    ${String(changes[place]).padStart(4)}  ${each.result}`);
  return { ...grader.getGradeForScore(total), lines };
}

let failed = false;
for (const page of pages) {
  const [name, path, ...cookies] = page.split("=");
  const headers = ["Accept: text/html"];
  if (cookies.length) headers.push(`Cookie: ${cookies.join("=")}`);
  const requests = await retrieve("localhost", { httpPort, httpsPort, path, headers });
  const found = requests.responses.auto;
  const led = requests.responses.httpRedirects.at(-1)?.url.pathname;
  const { score: points, grade, lines } = score(requests);
  const good = found?.status === 200 && led === path && points >= Number(lowest);
  failed ||= !good;
  console.log(`${name} (${path}, ${found?.status}): ${points}, ${grade}${good ? "" : "  FAILED"}`);
  console.log(lines.join("\n"));
}
tls.close();
plain.close();
process.exit(failed ? 1 : 0);
