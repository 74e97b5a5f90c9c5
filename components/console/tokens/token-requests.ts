import type { TokenReport } from "../../../hub/http/inspect.ts";
import { asReport } from "./report.ts";
import { LIFETIMES, parsePayload, type Wanted, type WantedGrant } from "./wanted.ts";

export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  /** `problem` is a sentence. */
  | { readonly ok: false; readonly problem: string };

/** Asks a playground to mint a token. `wanted` MUST have no problem. */
export function mintToken(wanted: Wanted): Promise<Answer<string>> {
  const { grants, subject, lifetime } = wanted;
  const topics = (action: "publish" | "subscribe") => {
    const own = grants.filter((grant: WantedGrant) => grant[action]);
    return own.length === 0
      ? {}
      : { [action]: own.map(({ match, type }) => ({ match, match_type: type })) };
  };
  const payload = parsePayload(wanted.payload);
  const body = JSON.stringify({
    ...topics("publish"),
    ...topics("subscribe"),
    ...(subject === "" ? {} : { subject }),
    ...(payload ? { payload } : {}),
    expiresIn: LIFETIMES[lifetime],
  });
  return post("/console/token", "application/json", body, (answer) =>
    isObject(answer) && typeof answer.token === "string" ? answer.token : undefined,
  );
}

/** Asks the hub for a report on a token. */
export function inspectToken(token: string, signal?: AbortSignal): Promise<Answer<TokenReport>> {
  return post("/console/inspect", "text/plain", token, asReport, signal);
}

async function post<T>(
  address: string,
  type: string,
  body: string,
  parse: (answer: unknown) => T | undefined,
  signal?: AbortSignal,
): Promise<Answer<T>> {
  try {
    const response = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": type },
      // The token is in the body, and no cookies are sent.
      credentials: "omit",
      cache: "no-store",
      body,
      ...(signal ? { signal } : {}),
    });
    const answer: unknown = await response.json();
    const value = response.ok ? parse(answer) : undefined;
    if (value !== undefined) return { ok: true, value };
    const detail =
      isObject(answer) && typeof answer.detail === "string" ? answer.detail : undefined;
    return { ok: false, problem: sentence(detail ?? `the server answered ${response.status}`) };
  } catch {
    return { ok: false, problem: "The server gave no answer." };
  }
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
