import { notFound } from "next/navigation";
import { lastUpdates } from "../../../runnel.ts";
import { Example } from "../example.tsx";
import { fold } from "../fold.ts";
import { pageOfPlayground } from "../playground-only.ts";
import { jobs } from "../shared-jobs.ts";
import { start } from "./actions.ts";
import { Bar } from "./bar.tsx";
import { BEFORE, Id, reduce, topicOf, Update } from "./progress.ts";

export const metadata = { title: "A progress bar · Runnel" };

/** The last two updates, because the one about the end does not include the progress. */
const NEWEST = 2;

interface Props {
  searchParams: Promise<{ job?: string | string[]; busy?: string | string[] }>;
}

export default async function Page({ searchParams }: Props) {
  await pageOfPlayground();
  const { job, busy } = await searchParams;
  return (
    <Example
      title="A progress bar"
      lead={
        <>
          <p>
            The page comes with where the job is, and the stream goes on from there: no jump, and no
            bar that starts at nothing.
          </p>
          <p>Reload. Open this address twice. Turn JavaScript off.</p>
        </>
      }
      source="app/examples/progress"
      topic={typeof job === "string" ? topicOf(job) : topicOf("…")}
    >
      <form action={start}>
        <button type="submit" className={`button ${job ? "" : "button-main"}`}>
          {job ? "Start another" : "Start a job"}
        </button>
      </form>
      {busy !== undefined && <p>Too many jobs run at once. They end within a minute.</p>}
      {job !== undefined && <Job id={job} />}
    </Example>
  );
}

/** Shows the job. It reads the progress from the log, with the position that the bar resumes after. */
async function Job({ id }: { id: string | string[] }) {
  const parsed = Id.safeParse(id);
  if (!parsed.success) notFound();
  const topic = topicOf(parsed.data);
  const isRunning = jobs().has(topic);
  const { updates, lastEventId } = await lastUpdates({ match: topic, count: NEWEST });
  if (!isRunning && updates.length === 0) notFound();
  const initial = fold(updates, Update, BEFORE, reduce);
  return <Bar key={topic} id={parsed.data} initial={initial} lastEventId={lastEventId} />;
}
