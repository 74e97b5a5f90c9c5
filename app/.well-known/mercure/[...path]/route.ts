import { notFound } from "../../../../hub/http/methods.ts";

// Addresses below the hub's that do not exist. Without this, Next would answer them with a page.
export const GET = notFound;
export const HEAD = notFound;
export const POST = notFound;
export const OPTIONS = notFound;
export const PUT = notFound;
export const PATCH = notFound;
export const DELETE = notFound;
