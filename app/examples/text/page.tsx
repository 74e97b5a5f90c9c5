import { notFound } from "next/navigation";
import { lastUpdates } from "../../../runnel.ts";
import { Example } from "../example.tsx";
import { fold } from "../fold.ts";
import { pageOfPlayground } from "../playground-only.ts";
import { jobs } from "../shared-jobs.ts";
import { start } from "./actions.ts";
import { Reader } from "./reader.tsx";
import { BLANK, Id, reduce, topicOf, Update } from "./text.ts";

export const metadata = { title: "Text, token by token · Runnel" };

/** More than the longest text has tokens. */
const ALL = 1_000;

interface Props {
  searchParams: Promise<{ job?: string | string[]; busy?: string | string[] }>;
}

export default async function Page({ searchParams }: Props) {
  await pageOfPlayground();
  const { job, busy } = await searchParams;
  return (
    <Example
      title="Text, token by token"
      lead={
        <>
          <p>
            The server writes, whoever reads. What is written is kept, so a reload and a second
            reader get all of it.
          </p>
          <p>Reload in the middle. Open this address twice, and stop in one of them.</p>
        </>
      }
      source="app/examples/text"
      topic={typeof job === "string" ? topicOf(job) : topicOf("…")}
    >
      <form action={start}>
        <button type="submit" className={`button ${job ? "" : "button-main"}`}>
          {job ? "Write another" : "Write"}
        </button>
      </form>
      {busy !== undefined && <p>Too many jobs run at once. They end within a minute.</p>}
      {job !== undefined && <Job id={job} />}
    </Example>
  );
}

/** Shows the text so far, from the log, with the position that the reader resumes after. */
async function Job({ id }: { id: string | string[] }) {
  const parsed = Id.safeParse(id);
  if (!parsed.success) notFound();
  const topic = topicOf(parsed.data);
  const isRunning = jobs().has(topic);
  const { updates, lastEventId } = await lastUpdates({ match: topic, count: ALL });
  if (!isRunning && updates.length === 0) notFound();
  const initial = fold(updates, Update, BLANK, reduce);
  return <Reader key={topic} id={parsed.data} initial={initial} lastEventId={lastEventId} />;
}
