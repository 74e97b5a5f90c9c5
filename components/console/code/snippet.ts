/** The facts about the hub that the code needs. */
export interface CodeHub {
  readonly origin: string;
  readonly path: string;
  readonly cookieName: string;
}

/** Code to copy, and its purpose. */
export interface Snippet {
  readonly name: string;
  readonly code: string;
}
