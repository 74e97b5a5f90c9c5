import { z } from "zod";
import { MATCHER_TYPES } from "../../protocol/matcher-types.ts";
import type { TokenRequest } from "../auth/minter.ts";
import { readBody } from "./request/body.ts";
import { clientOf } from "./request/client.ts";
import { decodeUtf8 } from "./request/form.ts";
import { playgroundRefusal } from "./request/origin.ts";
import { type ProblemName, problemResponse } from "./service/problem.ts";
import type { Service } from "./service/service.ts";

/** The limit of a request body, in bytes: room for 500 topics. */
const MAX_BODY = 65_536;

const topics = z
  .array(z.strictObject({ match: z.string(), match_type: z.enum(MATCHER_TYPES).optional() }))
  .optional();

const schema = z.strictObject({
  publish: topics,
  subscribe: topics,
  subject: z.string().optional(),
  payload: z.record(z.string(), z.unknown()).optional(),
  expiresIn: z.number().optional(),
});

/**
 * POST: mints a token for any client, in a playground only. Every client of a playground has full access anyway.
 * Outside a playground the address does not exist: it would give tokens to strangers.
 */
export async function mint(service: Service, request: Request): Promise<Response> {
  const { hub, logger, playgroundMinter } = service;
  const refused = (
    name: ProblemName,
    detail: string,
    fields: Readonly<Record<string, string>> = {},
  ): Response => {
    hub.meter.refused(name);
    logger.info({ problem: name }, "no token minted");
    return problemResponse(name, detail, fields);
  };
  if (!service.playground || !playgroundMinter) {
    return refused("not-found", "tokens are minted here in a playground alone");
  }
  const stranger = playgroundRefusal(service, request);
  if (stranger) return refused(...stranger);
  // A page of another origin cannot send this media type without a preflight.
  if (!/^application\/json *(;|$)/i.test(request.headers.get("content-type") ?? "")) {
    return refused("wrong-media-type", "the body is application/json");
  }
  const read = await readBody(request, {
    maxBytes: MAX_BODY,
    budget: service.consoleBodies,
    client: clientOf(service, request, undefined),
    timers: hub.timers,
  });
  if (!read.ok) return refused(read.name, read.problem, read.headers);
  const parsed = parseRequest(read.body);
  if (!parsed.ok) return refused("bad-body", parsed.problem);
  const minted = await playgroundMinter.mint(parsed.wanted);
  if (!minted.ok) return refused("bad-body", minted.problem);
  const { token, expiresAt } = minted;
  return Response.json({ token, expiresAt }, { headers: { "Cache-Control": "no-store" } });
}

type ParsedRequest =
  | { readonly ok: true; readonly wanted: TokenRequest }
  | { readonly ok: false; readonly problem: string };

function parseRequest(body: Buffer): ParsedRequest {
  let value: unknown;
  try {
    value = JSON.parse(decodeUtf8(body) ?? "");
  } catch {
    return { ok: false, problem: "the body is not JSON" };
  }
  const { success, data, error } = schema.safeParse(value);
  if (success) return { ok: true, wanted: data };
  const [first] = error.issues;
  const where = z.core.toDotPath(first?.path ?? []) || "the body";
  return { ok: false, problem: `${where}: ${first?.message}` };
}
