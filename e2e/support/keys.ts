import { randomBytes, randomUUID } from "node:crypto";
import { SignJWT } from "jose";
import { HUB } from "./hub.ts";

/** The rights of a token, and their topics. */
export interface Grant {
  readonly action: "publish" | "subscribe";
  readonly topic: string;
  /** The lifetime of the token, in whole seconds. Default: an hour. */
  readonly seconds?: number;
}

/** The keys of a hub with private topics. Signs tokens with them. */
export class Keys {
  readonly #key = randomBytes(48).toString("base64");
  readonly env: Readonly<Record<string, string>>;

  /** @param cookie the name of the cookie that carries the token. Over plain HTTP it can't begin with `__Secure-`. */
  constructor(cookie = "mercure_test") {
    this.env = {
      MERCURE_PUBLISHER_JWT_KEY: this.#key,
      MERCURE_SUBSCRIBER_JWT_KEY: this.#key,
      MERCURE_TRUSTED_ISSUERS: "https://app.example.com",
      MERCURE_RESOURCE_IDENTIFIER: `https://hub.example.com${HUB}`,
      MERCURE_COOKIE_NAME: cookie,
    };
  }

  token({ action, topic, seconds = 3_600 }: Grant): Promise<string> {
    const type = "https://mercure.rocks/authorization-detail";
    const detail = { type, actions: [action], topics: [{ match: topic }] };
    return new SignJWT({ authorization_details: [detail], client_id: "https://app.example.com" })
      .setProtectedHeader({ alg: "HS256", typ: "at+jwt" })
      .setIssuer(this.env.MERCURE_TRUSTED_ISSUERS ?? "")
      .setAudience(this.env.MERCURE_RESOURCE_IDENTIFIER ?? "")
      .setSubject("somebody")
      .setIssuedAt()
      .setExpirationTime(`${seconds}s`)
      .setJti(randomUUID())
      .sign(Buffer.from(this.#key));
  }
}
