import { Console } from "node:console";
import { Writable } from "node:stream";
import pino from "pino";
import { expect, test } from "vitest";
import { logConsole } from "./next-log.ts";

function logged(level: string) {
  const written: string[] = [];
  const into = (list: string[]) =>
    new Writable({
      write(chunk, _, done) {
        list.push(String(chunk));
        done();
      },
    });
  const printed: string[] = [];
  const console = new Console(into(printed), into(printed));
  logConsole(pino({ level, base: null }, into(written)), console);
  return { console, lines: () => written.join("").split("\n").slice(0, -1), printed };
}

test("each call of the console writes one line of the log, at its level, and nothing else", () => {
  const { console, lines, printed } = logged("debug");
  console.error("⨯ failed for %s\n%o", '\n{"level":50}', new Error("a\nb"));
  console.warn("one\r\ntwo");
  console.log({ three: 3 });
  console.trace("four");
  expect(printed).toEqual([]);
  expect(lines().map((line) => JSON.parse(line).level)).toEqual([50, 40, 30, 50]);
});

test("no control character reaches the log unescaped", () => {
  const { console, lines } = logged("debug");
  const controls = Array.from({ length: 160 }, (_, code) => String.fromCharCode(code))
    .filter((character) => /\p{Cc}/u.test(character))
    .join("_");
  console.error(`${controls}\u2028\u2029 \x1b[31m \x9b31m`);
  expect(lines()).toHaveLength(1);
  expect(lines()[0]).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
});

test("a client that left in the middle of its request is logged only at debug", () => {
  const aborted = Object.assign(new Error("aborted"), { code: "ECONNRESET" });
  const { console, lines } = logged("debug");
  console.error(aborted);
  // Next prints the error twice.
  console.error("⨯", aborted);
  expect(lines().map((line) => JSON.parse(line).level)).toEqual([20]);
  const quiet = logged("info");
  quiet.console.error(aborted);
  expect(quiet.lines()).toEqual([]);
});

test("a silent log stays silent when Next prints", () => {
  const { console, lines, printed } = logged("silent");
  console.error("a");
  expect([...lines(), ...printed]).toEqual([]);
});
