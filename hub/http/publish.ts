import { randomUUID } from "node:crypto";
import { authorize, insufficientScope } from "./request/authorize.ts";
import { readBody } from "./request/body.ts";
import { clientOf } from "./request/client.ts";
import { parseIdempotencyKey, receiptFor } from "./request/idempotency.ts";
import { corsHeaders, mayPublishWithCookie, playgroundRefusal } from "./request/origin.ts";
import { parseBatch, parseFormUpdate } from "./request/publish-body.ts";
import { failure } from "./service/failure.ts";
import { type ProblemName, problemResponse } from "./service/problem.ts";
import type { Service } from "./service/service.ts";

const FORM = "application/x-www-form-urlencoded";
const BATCH = "application/x-ndjson";
const MAX_BATCH = 10_000;

/** POST: publishes one update or a batch. The response has one id per line. Source: Mercure, section Publication. */
export async function publish(service: Service, request: Request): Promise<Response> {
  const { hub, logger } = service;
  const line = { publish: randomUUID() };
  const cors = corsHeaders(service, request);
  const refused = (
    name: ProblemName,
    detail: string,
    fields: Readonly<Record<string, string>> = {},
  ): Response => {
    hub.meter.refused(name);
    logger.info({ ...line, problem: name }, "publish refused");
    return problemResponse(name, detail, { ...fields, ...cors });
  };

  const stranger = playgroundRefusal(service, request);
  if (stranger) return refused(...stranger);
  const authorized = await authorize(service, request, "publisher", cors, line);
  if (!authorized.ok) return authorized.response;
  const { access, by } = authorized;
  if (by === "cookie" && !mayPublishWithCookie(service, request)) {
    return refused(
      "wrong-origin",
      "publishing with a cookie needs the Origin of a page on the list",
    );
  }

  const key = parseIdempotencyKey(request.headers);
  if (!key.ok) return refused("bad-idempotency-key", key.problem);
  const mediaType = (request.headers.get("content-type") ?? "")
    .split(";", 1)[0]
    ?.trim()
    .toLowerCase();
  if (mediaType !== FORM && mediaType !== BATCH) {
    return refused("wrong-media-type", `the body is ${FORM}, or ${BATCH} for a batch`);
  }
  const { maxUpdateBytes, maxBatchBytes } = service;
  const client = clientOf(service, request, access);
  const read = await readBody(request, {
    maxBytes: mediaType === FORM ? maxUpdateBytes : maxBatchBytes,
    budget: service.publishBodies,
    client,
    timers: hub.timers,
  });
  if (!read.ok) return refused(read.name, read.problem, read.headers);
  const { body } = read;
  const parsed =
    mediaType === FORM
      ? parseFormUpdate(body, hub.url)
      : await parseBatch(body, hub.url, { maxUpdateBytes, maxUpdates: MAX_BATCH }, hub.timers);
  if (!parsed.ok) {
    return refused(parsed.reason === "invalid" ? "bad-update" : "too-large", parsed.problem);
  }

  try {
    const published = await hub.publish({
      updates: parsed.updates,
      access,
      receipt: receiptFor(key.key, access, client, mediaType, body),
    });
    switch (published.outcome) {
      case "forbidden": {
        const where = mediaType === BATCH ? `update ${published.index + 1}: ` : "";
        const detail = `${where}the access token does not grant to publish to ${published.topic}`;
        return insufficientScope(service, detail, cors);
      }
      case "conflict":
        return refused(
          "idempotency-conflict",
          "this Idempotency-Key came with another body before",
        );
      case "published": {
        logger.debug({ ...line, updates: published.ids.length }, "published");
        const ids = published.ids.join("\n");
        return new Response(mediaType === FORM ? ids : `${ids}\n`, {
          headers: {
            "Content-Type": "text/plain; charset=utf-8",
            "Cache-Control": "no-store",
            ...cors,
          },
        });
      }
    }
  } catch (error) {
    return failure(service, error, cors, line);
  }
}
