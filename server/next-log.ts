import { format, stripVTControlCharacters } from "node:util";
import type { Logger } from "../hub/base/logger.ts";

const LEVELS = { error: "error", warn: "warn", info: "info", log: "info", debug: "debug" } as const;
const METHODS = ["error", "warn", "info", "log", "debug"] as const;

/** pino's shape. */
interface ErrorLogger extends Logger {
  error(fields: object, message: string): void;
}

/**
 * Turns all that Next prints from now on into the log's lines, one line each. Next prints what strangers send, line feeds too, whatever
 * LOG_LEVEL is.
 */
export function logConsole(logger: ErrorLogger, console: Console): void {
  /** Errors that were printed: Next prints some of them in two places. */
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

/** Whether it is an error for a client that left in the middle of its request, or for too many open files, which `open-files.ts` reports. */
function isNoFault(value: unknown): boolean {
  if (!(value instanceof Error) || !("code" in value)) return false;
  const { code, message } = value;
  return code === "EMFILE" || (code === "ECONNRESET" && message === "aborted");
}

/** Escapes the control characters that JSON leaves as they are: DEL, C1 and the two line separators. */
function printable(text: string): string {
  return stripVTControlCharacters(text).replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
