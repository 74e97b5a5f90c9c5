"use server";

import { redirect } from "next/navigation";
import { actionOfPlayground } from "../playground-only.ts";
import { endIfLost, jobs } from "../shared-jobs.ts";
import { Id, topicOf } from "./text.ts";
import { write } from "./write.ts";

/** Starts a job and returns at once: the job goes on by itself. */
export async function start(): Promise<void> {
  await actionOfPlayground();
  const id = crypto.randomUUID();
  const started = jobs().start(topicOf(id), write);
  redirect(started ? `/examples/text?job=${id}` : "/examples/text?busy");
}

/** For any reader. */
export async function stop(id: string): Promise<void> {
  await actionOfPlayground();
  const topic = topicOf(Id.parse(id));
  await jobs().stop(topic);
  await endIfLost(topic);
}

/** For a reader that is connected, perhaps to a server that knows nothing of the job any more. */
export async function ask(id: string): Promise<void> {
  await actionOfPlayground();
  await endIfLost(topicOf(Id.parse(id)));
}
