import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

/**
 * A real server of event streams that does what a test tells it to. Playwright's own mocks hand over a body as a whole,
 * so what happens in the middle of a stream can only be tested against one that has a middle.
 */
export interface ScriptedServer {
  /** The stream's address. */
  readonly url: string;
  readonly port: number;
  /** Streams that are open now. */
  readonly connections: number;
  /** Requests for the stream since the start, refused ones too. */
  readonly requests: number;
  /** The last request's Last-Event-ID header. */
  readonly lastEventId: string | undefined;
  /** Sends one event to each open stream. */
  emit(data: string, fields?: { id?: string; type?: string }): void;
  /** Sends many events to each open stream, in one write. */
  emitAll(data: readonly string[]): void;
  /** Answers the next `times` requests with this status instead of a stream. */
  refuse(times: number, status?: number): void;
  /** From now on a request is taken and not answered, until `stall(false)`. */
  stall(on: boolean): void;
  /** Cuts each open stream off, in the middle of the body. */
  drop(): void;
  /** Ends each open stream cleanly. */
  end(): void;
  /** Stops; resolves when no connection is left. */
  close(): Promise<void>;
}

export interface Script {
  /** Default: any free one. */
  readonly port?: number;
  /** Sent at the start of each stream; default: a comment, and a `retry:` of 50 ms. */
  readonly greeting?: string;
}

/** Starts one, on 127.0.0.1. Any page may read it. */
export async function startScriptedServer({
  port = 0,
  greeting = ":\nretry:50\n\n",
}: Script = {}): Promise<ScriptedServer> {
  const open = new Set<ServerResponse>();
  const refusals: number[] = [];
  let requests = 0;
  let stalled = false;
  let lastEventId: string | undefined;

  const answer = (request: IncomingMessage, response: ServerResponse) => {
    if (!request.url?.startsWith("/stream")) return void response.writeHead(404).end();
    requests += 1;
    const header = request.headers["last-event-id"];
    lastEventId = typeof header === "string" ? header : undefined;
    const refused = refusals.shift();
    if (refused !== undefined) return void response.writeHead(refused, CORS).end();
    if (stalled) return;
    open.add(response);
    response.once("close", () => open.delete(response));
    response.writeHead(200, { ...CORS, "Content-Type": "text/event-stream" });
    response.write(greeting);
  };
  const server = createServer(answer);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("it has no port");
  const write = (text: string) => {
    for (const response of open) response.write(text);
  };

  return {
    url: `http://127.0.0.1:${address.port}/stream`,
    port: address.port,
    get connections() {
      return open.size;
    },
    get requests() {
      return requests;
    },
    get lastEventId() {
      return lastEventId;
    },
    emit: (data, fields) => write(frame(data, fields)),
    emitAll: (data) => write(data.map((text) => frame(text)).join("")),
    refuse: (times, status = 503) => {
      for (let i = 0; i < times; i += 1) refusals.push(status);
    },
    stall: (on) => {
      stalled = on;
    },
    drop: () => {
      for (const response of open) response.destroy();
    },
    end: () => {
      for (const response of open) response.end();
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const CORS = { "Access-Control-Allow-Origin": "*", "Cache-Control": "no-cache" };

function frame(data: string, { id, type }: { id?: string; type?: string } = {}): string {
  const lines = [
    ...(id === undefined ? [] : [`id:${id}`]),
    ...(type === undefined ? [] : [`event:${type}`]),
    ...data.split("\n").map((line) => `data:${line}`),
  ];
  return `${lines.join("\n")}\n\n`;
}
