/** The errors of the hub. http/problem.ts maps each code to a status and a message for clients. */
export type ErrorCode =
  /** The log can't store updates now: for example, the disk is full or the folder is not writable. */
  | "log:unavailable"
  /** Too many updates wait to be stored, so no more are accepted. */
  | "log:busy"
  /** Another process owns the log's file. */
  | "log:owned"
  /** There is no log that all instances of the app share. */
  | "log:not-shared";

/** The only error class of the hub. `instanceof` does not work across Next's bundles: check `code` instead. */
export class HubError extends Error {
  readonly code: ErrorCode;

  /** @param message for an operator: says what was wrong and what is right */
  constructor(code: ErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "HubError";
    this.code = code;
  }
}
