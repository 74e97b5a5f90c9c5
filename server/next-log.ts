import { format, stripVTControlCharacters } from "node:util";
import type { Logger } from "../hub/base/logger.ts";

const LEVELS = { error: "error", warn: "warn", info: "info", log: "info", debug: "debug" } as const;
const METHODS = ["error", "warn", "info", "log", "debug"] as const;

/** A logger with the methods of pino. */
interface ErrorLogger extends Logger {
  error(fields: object, message: string): void;
}

/**
 * Writes each message that Next prints from now on as one line of the log. Next itself ignores LOG_LEVEL, and prints text of strangers,
 * including line feeds.
 */
export function logConsole(logger: ErrorLogger, console: Console): void {
  /** Errors that were printed already. Next prints some errors twice. */
  const printed = new WeakSet<Error>();
  for (const method of METHODS) {
    console[method] = (...values: unknown[]) => {
      const error = values.find((value) => value instanceof Error);
      if (error && printed.has(error)) return;
      if (error) printed.add(error);
      const level = values.some(isNoFault) ? "debug" : LEVELS[method];
      logger[level]({ from: "console" }, printable(format(...values)));
    };
  }
}

/** Whether the error is expected: a client left in the middle of its request, or too many files are open (open-files.ts reports that). */
function isNoFault(value: unknown): boolean {
  if (!(value instanceof Error) || !("code" in value)) return false;
  const { code, message } = value;
  return code === "EMFILE" || (code === "ECONNRESET" && message === "aborted");
}

/** Escapes the control characters that JSON does not escape: DEL, C1 and the two line separators. */
function printable(text: string): string {
  return stripVTControlCharacters(text).replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
