import type { Logger } from "../base/logger.ts";

/** A logger that keeps its lines in a list, in the order of writing. */
export class ListLogger implements Logger {
  readonly lines: { fields: object; message: string }[] = [];
  readonly debug = (fields: object, message: string) => void this.lines.push({ fields, message });
  readonly info = this.debug;
  readonly warn = this.debug;
}
