"use server";

import { redirect } from "next/navigation";
import { actionOfPlayground } from "../playground-only.ts";
import { endIfLost, jobs } from "../shared-jobs.ts";
import { Id, topicOf } from "./text.ts";
import { write } from "./write.ts";

/** Starts a job and returns at once: the job continues by itself. */
export async function start(): Promise<void> {
  await actionOfPlayground();
  const id = crypto.randomUUID();
  const started = jobs().start(topicOf(id), write);
  redirect(started ? `/examples/text?job=${id}` : "/examples/text?busy");
}

/** Stops a job. Any reader may call it. */
export async function stop(id: string): Promise<void> {
  await actionOfPlayground();
  const topic = topicOf(Id.parse(id));
  await jobs().stop(topic);
  await endIfLost(topic);
}

/** Ends a job that is lost. A connected reader calls this, since its server may be a new one that does not know the job. */
export async function ask(id: string): Promise<void> {
  await actionOfPlayground();
  await endIfLost(topicOf(Id.parse(id)));
}
