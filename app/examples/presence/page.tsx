import { subscriptions } from "../../../runnel.ts";
import { Example } from "../example.tsx";
import { pageOfPlayground } from "../playground-only.ts";
import { PeopleList } from "./people-list.tsx";
import { Name, type People, reduce, Subscription, TOPIC } from "./presence.ts";
import { Room } from "./room.tsx";

export const metadata = { title: "Who is here · Runnel" };

interface Props {
  searchParams: Promise<{ name?: string | string[] }>;
}

export default async function Page({ searchParams }: Props) {
  await pageOfPlayground();
  const name = Name.safeParse((await searchParams).name);
  const { active, lastEventId } = subscriptions({ match: TOPIC });
  const nobody: People = {};
  const people = active
    .map((each) => Subscription.safeParse(each))
    .reduce((all, { success, data }) => (success ? reduce(all, { value: data }) : all), nobody);
  return (
    <Example
      title="Who is here"
      lead={
        <>
          <p>
            Whoever subscribes to the topic is here, by the name in their token. The hub tells of
            each who comes and goes.
          </p>
          <p>Open this page in another window under another name, and close it.</p>
        </>
      }
      source="app/examples/presence"
      topic={TOPIC}
    >
      <form className="flex flex-wrap items-end gap-3">
        <label className="grow basis-48 text-sm">
          <span className="mb-1.5 block font-medium">Your name</span>
          <input
            name="name"
            required
            maxLength={40}
            autoComplete="given-name"
            defaultValue={name.data}
            className="field"
          />
        </label>
        <button type="submit" className={`button ${name.success ? "" : "button-main"}`}>
          {name.success ? "Change" : "Come in"}
        </button>
      </form>
      {name.success ? (
        <Room
          key={`${lastEventId} ${name.data}`}
          name={name.data}
          initial={people}
          lastEventId={lastEventId}
        />
      ) : (
        <PeopleList people={people} />
      )}
    </Example>
  );
}
