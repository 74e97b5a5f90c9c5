/** What the code has to know of the hub. */
export interface CodeHub {
  readonly origin: string;
  readonly path: string;
  readonly cookieName: string;
}

/** Code to copy, and what it is for. */
export interface Snippet {
  readonly name: string;
  readonly code: string;
}
