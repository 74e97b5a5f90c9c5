/** What the console is told of its hub by the server that renders it. */
export interface HubInfo {
  /** Where the reader has asked for the page, such as `http://127.0.0.1:3000`. */
  readonly origin: string;
  /** The hub's address on it: `/.well-known/mercure`. */
  readonly path: string;
  /** The hub's URL as it is configured: tokens' audience. */
  readonly url: string;
  /** Nobody needs a token, and tokens are minted here. */
  readonly playground: boolean;
  /** Public updates may be read without a token. */
  readonly anonymous: boolean;
  /** false: the deployment has no log that its instances share, so it serves the clock alone. */
  readonly topics: boolean;
  /** The cookie that a browser's token goes in. */
  readonly cookieName: string;
}

/** What each part of the console is given. */
export interface ConsoleProps {
  readonly hub: HubInfo;
  /** The pasted token, kept in this page's memory alone; undefined: none. */
  readonly token: string | undefined;
  readonly onToken: (token: string | undefined) => void;
}
