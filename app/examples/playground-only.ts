import { headers } from "next/headers";
import { notFound } from "next/navigation";
import { playgroundProblem } from "../../hub/http/request/origin.ts";
import { runtime } from "../../server/runtime.ts";

// The examples start jobs and mint tokens for whoever asks. Your app has a login; they have this: elsewhere than in a playground,
// and for others than this machine, they are not there. docs/decisions/0017-examples-in-a-playground.md

/** For a page, which a link on any site may lead to. Answers 404 elsewhere. */
export async function pageOfPlayground(): Promise<void> {
  if ((await problem()) === "wrong-host") notFound();
}

/** For an action, which the playground's own pages alone may call. Answers 404 elsewhere. */
export async function actionOfPlayground(): Promise<void> {
  if (await problem()) notFound();
}

async function problem() {
  const asked = await headers();
  return runtime().service.playground ? playgroundProblem({ headers: asked }) : "wrong-host";
}
