// What nginx does before the portal: TLS with HTTP/2, and the headers that say who asks.
import { readFileSync } from "node:fs";
import http from "node:http";
import http2 from "node:http2";

const ONE_HOP = ["connection", "keep-alive", "transfer-encoding"];

/** Listens on a free port of this machine; gives the port. */
export const listen = (server) =>
  new Promise((ready) => server.listen(0, "127.0.0.1", () => ready(server.address().port)));

/** A server of https that hands everything on to 127.0.0.1:PORT, with cert.pem and key.pem of FOLDER. */
export function front(folder, port) {
  const keys = { cert: readFileSync(`${folder}/cert.pem`), key: readFileSync(`${folder}/key.pem`) };
  return http2.createSecureServer({ ...keys, allowHTTP1: true }, (request, response) => {
    const asked = Object.entries(request.headers).filter(([name]) => !name.startsWith(":"));
    const headers = {
      ...Object.fromEntries(asked),
      host: request.authority ?? request.headers.host,
      "x-forwarded-proto": "https",
      "x-forwarded-for": request.socket.remoteAddress,
    };
    const options = { port, path: request.url, method: request.method, headers };
    const inner = http.request(options, (answer) => {
      for (const name of ONE_HOP) delete answer.headers[name];
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    inner.on("error", () => response.destroy());
    request.pipe(inner);
  });
}
