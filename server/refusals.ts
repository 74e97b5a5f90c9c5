import { subscribe } from "node:diagnostics_channel";
import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { PUBLIC } from "../hub/http/request/origin.ts";
import { type ProblemName, problemResponse } from "../hub/http/service/problem.ts";
import type { Service } from "../hub/http/service/service.ts";

/** The methods that Next handles. For any other method it returns a page, or fails. */
const KNOWN_METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
const ALLOW = { Allow: "GET, HEAD, POST, OPTIONS" };
/** The time in which a client may still send a refused head, in milliseconds. If the socket closes earlier, the response is lost. */
const LINGER_MS = 1_000;

/**
 * Answers requests that Next or Node would answer with errors of their own, or not at all: an unknown method, an invalid target, or a
 * head that is too large.
 */
export function refuseRequests(server: Server, service: Service): void {
  const newest = new WeakMap<Duplex, ServerResponse>();
  subscribe("http.server.request.start", (message) => {
    const { socket, response } = message as { socket: Duplex; response: ServerResponse };
    newest.set(socket, response);
  });
  const answerOfNext = server.listeners("request");
  server.removeAllListeners("request");
  server.on("request", (request, response) => {
    const answer = answerOf(request, service);
    if (answer) void send(response, answer);
    else for (const listener of answerOfNext) Reflect.apply(listener, server, [request, response]);
  });
  server.on("connect", async ({ method = "" }, socket) => {
    // Node has removed its own listener.
    socket.on("error", () => {});
    const answer = refused(service, "method-not-allowed", `${method} is not allowed here`, ALLOW);
    end(socket, await textOf(answer));
  });
  const ended = new WeakSet<Duplex>();
  server.on("clientError", async (error: NodeJS.ErrnoException, socket) => {
    // All bytes after the first error are errors, too.
    if (ended.has(socket)) return;
    ended.add(socket);
    const text = await textOf(answerToBroken(error.code, server, service));
    if (socket.writable && isBetweenAnswers(newest.get(socket))) end(socket, text);
    else socket.destroy();
  });
}

function answerOf(
  { method = "", url = "" }: IncomingMessage,
  service: Service,
): Response | undefined {
  if (!KNOWN_METHODS.has(method)) {
    return refused(service, "method-not-allowed", `${method} is not allowed here`, ALLOW);
  }
  // `OPTIONS *` is about the server as a whole. Source: RFC 9110, section 9.3.7.
  if (method === "OPTIONS" && url === "*")
    return new Response(null, { status: 204, headers: ALLOW });
  if (!url.startsWith("/")) {
    const detail = "the request target is neither a path nor an http or https URL";
    return refused(service, "bad-target", detail);
  }
  if (!hasUtf8Path(url)) {
    return refused(service, "bad-target", "the path is not valid UTF-8, percent-encoded");
  }
  return undefined;
}

/**
 * Returns the response to a request that Node could not parse, or did not receive in time. It is the same as Node's own, except for a head
 * that is too large.
 */
function answerToBroken(code: string | undefined, server: Server, service: Service): Response {
  switch (code) {
    case "HPE_HEADER_OVERFLOW": {
      const max = "maxHeaderSize" in server ? server.maxHeaderSize : undefined;
      const detail = `the request line and the fields may have ${max} bytes together: ask for fewer matchers, or send a shorter token`;
      // The request's Origin was not parsed. The response contains only facts that any page may read.
      return refused(service, "head-too-large", detail, PUBLIC);
    }
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return new Response(null, { status: 413 });
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return new Response(null, { status: 408 });
    default:
      return new Response(null, { status: 400 });
  }
}

function refused(
  { hub, logger }: Service,
  problem: ProblemName,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  hub.meter.refused(problem);
  logger.info({ problem }, "request refused");
  return problemResponse(problem, detail, headers);
}

function hasUtf8Path(target: string): boolean {
  const [path = ""] = target.split(/[?#]/, 1);
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

/** Whether a response may be written now, because no other response has been written in part. */
function isBetweenAnswers(newest: ServerResponse | undefined): boolean {
  if (newest === undefined || newest.writableFinished) return true;
  // A response has no socket while it waits for an earlier one.
  return newest.socket !== null && !newest.headersSent;
}

async function send(response: ServerResponse, answer: Response): Promise<void> {
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  response.end(await answer.text());
}

/** Returns the text of a connection's last response, as it is sent over the socket. */
async function textOf(answer: Response): Promise<string> {
  const body = await answer.text();
  const fields = [...answer.headers, ["Content-Length", String(Buffer.byteLength(body))]];
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const { status } = answer;
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines}Connection: close\r\n\r\n${body}`;
}

function end(socket: Duplex, text: string): void {
  const overdue = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once("close", () => clearTimeout(overdue));
  socket.end(text);
  socket.resume();
}
