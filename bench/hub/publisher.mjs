/** Publishes over connections that stay open, with several requests on their way on each. */
import { once } from "node:events";
import { connect } from "node:net";
import { AnswerReader } from "./answers.mjs";

/** @typedef {import("./dialects.mjs").Publication} Publication */

/**
 * Returns a request as the bytes on the wire.
 * @param {Publication} publication
 * @param {{ port: number, token?: string | undefined }} to
 */
export function requestOf({ path, type, body }, { port, token }) {
  const authorization = token === undefined ? "" : `Authorization: Bearer ${token}\r\n`;
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: ${type}\r\n${authorization}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

const buffer = Buffer.allocUnsafeSlow(64 * 1024);

export class Publisher {
  #port;
  #connections;
  #pipelined;
  /** @type {Line[]} */
  #lines = [];

  /** @param {{ port: number, connections: number, pipelined: number }} options `pipelined`: how many requests may be on their way on each connection */
  constructor({ port, connections, pipelined }) {
    this.#port = port;
    this.#connections = connections;
    this.#pipelined = pipelined;
  }

  async open() {
    this.#lines = await Promise.all(
      Array.from({ length: this.#connections }, () => openLine(this.#port)),
    );
  }

  /** Sends all requests, and resolves when all are answered. @param {readonly Buffer[]} requests @returns {Promise<void>} */
  send(requests) {
    let next = 0;
    let answered = 0;
    return new Promise((resolve, reject) => {
      /** Sends as many requests as are allowed at once, in one write. @param {Line} line */
      const fill = (line) => {
        line.socket.cork();
        while (line.waiting < this.#pipelined) {
          const request = requests[next];
          if (request === undefined) break;
          next++;
          line.waiting++;
          line.socket.write(request);
        }
        line.socket.uncork();
      };
      for (const line of this.#lines) {
        line.onFailure = reject;
        line.onAnswer = (status, answer) => {
          if (status < 200 || status > 299) {
            reject(new Error(`a publication was refused: ${answer}`));
            return;
          }
          line.waiting--;
          if (++answered === requests.length) resolve();
        };
        line.onRead = () => fill(line);
        fill(line);
      }
    });
  }

  close() {
    for (const { socket } of this.#lines) socket.resetAndDestroy();
  }
}

/**
 * @typedef {object} Line
 * @property {import("node:net").Socket} socket
 * @property {number} waiting requests without an answer
 * @property {(status: number, answer: string) => void} onAnswer
 * @property {() => void} onRead is called when all answers of one read have been counted
 * @property {(error: Error) => void} onFailure
 */

/** @param {number} port @returns {Promise<Line>} */
async function openLine(port) {
  const reader = new AnswerReader((status, answer) => line.onAnswer(status, answer));
  /** @param {number} length */
  const callback = (length) => {
    reader.push(buffer, length);
    line.onRead();
    return true;
  };
  const socket = connect({ port, host: "127.0.0.1", noDelay: true, onread: { buffer, callback } });
  /** @type {Line} */
  const line = { socket, waiting: 0, onAnswer() {}, onRead() {}, onFailure() {} };
  socket.on("error", (error) => line.onFailure(error));
  socket.on("end", () => line.onFailure(new Error("the server closed a publisher's connection")));
  await once(socket, "connect");
  return line;
}
