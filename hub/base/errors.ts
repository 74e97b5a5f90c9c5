/** What can go wrong inside the hub, for whoever has to tell a client of it. http/problem.ts has a status and words for each. */
export type ErrorCode =
  /** The log can't keep anything now: a full disk, a folder that can't be written. */
  | "log:unavailable"
  /** So much waits to be kept that nothing more is taken. */
  | "log:busy"
  /** Another process owns the log's file. */
  | "log:owned"
  /** There is no log that all instances of the app share. */
  | "log:not-shared";

/** The hub's one error. `instanceof` does not hold across Next's bundles: look at `code`. */
export class HubError extends Error {
  readonly code: ErrorCode;

  /** @param message what was wrong and what would be right, for an operator */
  constructor(code: ErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "HubError";
    this.code = code;
  }
}
