import { get, type IncomingHttpHeaders } from "node:http";

export interface OpenStream {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The time from the request to the first byte of the body, in milliseconds. */
  firstByteMs(): number | undefined;
  /** The body so far. */
  text(): string;
  /** Whether the stream is open, was ended cleanly by the server, or was cut. */
  end(): "open" | "clean" | "cut";
  /** Disconnects without a clean end, as a killed client does. */
  leave(): void;
  /** Stops reading; `resume` starts it again. */
  pause(): void;
  resume(): void;
}

/** Opens a stream and resolves with its head. The body is read as it arrives. */
export function openStream(
  url: string,
  headers: Record<string, string> = { Accept: "text/event-stream" },
): Promise<OpenStream> {
  const from = performance.now();
  return new Promise((resolve, reject) => {
    const request = get(url, { headers, agent: false }, (response) => {
      let text = "";
      let end: ReturnType<OpenStream["end"]> = "open";
      let firstByteMs: number | undefined;
      response.setEncoding("utf8");
      response.on("data", (data: string) => {
        firstByteMs ??= performance.now() - from;
        text += data;
      });
      response.on("end", () => {
        end = "clean";
      });
      response.on("error", () => {
        end = "cut";
      });
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        firstByteMs: () => firstByteMs,
        text: () => text,
        end: () => end,
        leave: () => request.destroy(),
        pause: () => response.pause(),
        resume: () => response.resume(),
      });
    });
    request.on("error", reject);
  });
}

export interface Packet {
  readonly id: number;
  readonly data: string;
}

/** Returns the clock's packets in a body. A packet counts only if it has exactly the seed's form. */
export function packets(text: string): Packet[] {
  return [...text.matchAll(/(?<=^|\n\n)id:(\d+)\ndata:(time is [^\n]*)\n\n/g)].map((match) => ({
    id: Number(match[1]),
    data: match[2] ?? "",
  }));
}

/** Returns the first `retry:` of a body, in milliseconds. */
export function retryMs(text: string): number | undefined {
  const match = /^retry:(\d+)$/m.exec(text);
  return match ? Number(match[1]) : undefined;
}
