import { metadata } from "../../../../hub/http/metadata.ts";
import { methodNotAllowed } from "../../../../hub/http/methods.ts";
import { runtime } from "../../../../server/runtime.ts";

/** The path of the hub's URL follows this one, whatever it is. Source: RFC 9728, section 3.1. */
export const GET = (request: Request) => metadata(runtime().service, request);
export const POST = (request: Request) => methodNotAllowed(request, "GET, HEAD, OPTIONS");
export const PUT = POST;
export const PATCH = POST;
export const DELETE = POST;
