import { metadata } from "../../../../hub/http/metadata.ts";
import { runtime } from "../../../../runtime.ts";

/** Behind it comes the path of the hub's URL, whatever that is. Source: RFC 9728, section 3.1. */
export const GET = (request: Request) => metadata(runtime().service, request);
