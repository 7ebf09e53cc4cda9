import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { connectionProblem } from "./connection.js";
import { HttpClient, type HttpOptions } from "./http-client.js";

const open: (() => unknown)[] = [];

async function serve(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  open.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

function client(options: HttpOptions = {}): HttpClient {
  const http = new HttpClient(options);
  open.push(() => http.close());
  return http;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()));
});

describe("the HTTP client", () => {
  it("sends JSON with its type, and a text as it is", async () => {
    const url = await serve((request, response) => {
      request.on("data", (body: Buffer) =>
        response.end(`${String(request.headers["content-type"])} ${body.toString()}`),
      );
    });
    const http = client();
    expect(await (await http.send(url, { method: "POST", body: { a: 1 } })).text()).toBe('application/json {"a":1}');
    expect(await (await http.send(url, { method: "PUT", body: "a" })).text()).toContain("text/plain");
  });

  it("does not carry its headers through a redirect, unless it is told to follow", async () => {
    const target = await serve((request, response) => response.end(String(request.headers["x-token"])));
    const url = await serve((_, response) => response.writeHead(302, { location: target }).end());
    const http = client();
    expect((await http.send(url, { headers: { "x-token": "t" } })).status).toBe(302);
    expect((await http.send(url, { follow: true })).status).toBe(200);
  });

  it("sends a request once, also when the server breaks", async () => {
    let requests = 0;
    const url = await serve((request) => {
      requests += 1;
      request.socket.destroy();
    });
    await expect(client().send(url)).rejects.toThrow();
    expect(requests).toBe(1);
  });

  it("ends an answer that takes too long, whose reason is known", async () => {
    const url = await serve(() => undefined);
    const failure = await client({ answerMs: 50 })
      .send(url)
      .catch((error: unknown) => error);
    expect(connectionProblem(failure)?.reason).toBe("no answer in time");
  });

  it("never reaches this machine through the proxy of the environment", async () => {
    const url = await serve((_, response) => response.end("direct"));
    process.env["HTTP_PROXY"] = "http://127.0.0.1:9";
    try {
      expect(await (await client({ proxy: true }).send(url)).text()).toBe("direct");
    } finally {
      Reflect.deleteProperty(process.env, "HTTP_PROXY");
    }
  });

  it("opens new connections after it was closed", async () => {
    const url = await serve((_, response) => response.end("again"));
    const http = client();
    await (await http.send(url)).text();
    await http.close();
    expect(await (await http.send(url)).text()).toBe("again");
  });
});
