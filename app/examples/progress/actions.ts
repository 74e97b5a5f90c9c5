"use server";

import { redirect } from "next/navigation";
import { actionOfPlayground } from "../playground-only.ts";
import { endIfLost, jobs } from "../shared-jobs.ts";
import { work } from "./long-job.ts";
import { Id, topicOf } from "./progress.ts";

/** Starts a job and returns at once: the job goes on by itself. */
export async function start(): Promise<void> {
  await actionOfPlayground();
  const id = crypto.randomUUID();
  const started = jobs().start(topicOf(id), work);
  redirect(started ? `/examples/progress?job=${id}` : "/examples/progress?busy");
}

/** For whoever watches. */
export async function stop(id: string): Promise<void> {
  await actionOfPlayground();
  const topic = topicOf(Id.parse(id));
  await jobs().stop(topic);
  await endIfLost(topic);
}

/** For a page that is connected, perhaps to a server that knows nothing of the job any more. */
export async function ask(id: string): Promise<void> {
  await actionOfPlayground();
  await endIfLost(topicOf(Id.parse(id)));
}
