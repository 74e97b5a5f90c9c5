import { headers } from "next/headers";
import { notFound } from "next/navigation";
import { playgroundProblem } from "../../hub/http/request/origin.ts";
import { runtime } from "../../server/runtime.ts";

// The examples start jobs and mint tokens for any visitor. Your app has a login; the examples have this check instead.
// They exist only in a playground, and only for this machine. docs/decisions/0017-examples-in-a-playground.md

/** Guards a page, which a link on any site may open. Answers 404 outside of a playground. */
export async function pageOfPlayground(): Promise<void> {
  if ((await problem()) === "wrong-host") notFound();
}

/** Guards an action, which only the playground's own pages may call. Answers 404 outside of a playground. */
export async function actionOfPlayground(): Promise<void> {
  if (await problem()) notFound();
}

async function problem() {
  const asked = await headers();
  return runtime().service.playground ? playgroundProblem({ headers: asked }) : "wrong-host";
}
