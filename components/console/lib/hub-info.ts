/** The facts about the hub that the server gives to the console when it renders it. */
export interface HubInfo {
  /** The origin that the reader requested the page from, such as `http://127.0.0.1:3000`. */
  readonly origin: string;
  /** The hub's path on it: `/.well-known/mercure`. */
  readonly path: string;
  /** The hub's URL as it is configured: the audience of tokens. */
  readonly url: string;
  /** No token is needed, and tokens are minted here. */
  readonly playground: boolean;
  /** Public updates can be read without a token. */
  readonly anonymous: boolean;
  /** false: the deployment has no log that its instances share, so it serves only the clock. */
  readonly topics: boolean;
  /** The name of the cookie for a browser's token. */
  readonly cookieName: string;
}

/** The props of each part of the console. */
export interface ConsoleProps {
  readonly hub: HubInfo;
  /** The pasted token, kept in this page's memory alone; undefined: none. */
  readonly token: string | undefined;
  readonly onToken: (token: string | undefined) => void;
}
