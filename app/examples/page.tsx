import { SiteHeader } from "../../components/ui/site-header.tsx";
import { pageOfPlayground } from "./playground-only.ts";

const EXAMPLES = [
  {
    name: "text",
    title: "Text, token by token",
    words:
      "A job writes, readers come and go. Reload in the middle, open it twice, stop it from anywhere.",
  },
  {
    name: "progress",
    title: "A progress bar",
    words:
      "Of a long job. The first paint shows where it is, without JavaScript too, and the stream goes on from there.",
  },
  {
    name: "presence",
    title: "Who is here",
    words: "A list of who has the page open, from the hub's own list of subscriptions.",
  },
  {
    name: "notifications",
    title: "Notifications",
    words:
      "To one user, on a private topic, with a token that is renewed and a count of what is unread.",
  },
];

export const metadata = { title: "Examples · Runnel" };

export default async function Page() {
  await pageOfPlayground();
  return (
    <main className="mx-auto max-w-4xl px-4 pt-5 pb-10 sm:px-8 lg:py-8">
      <SiteHeader here="/examples" playground />
      <h1 className="mt-7 lg:mt-12 text-[2.6rem]/[1.02] font-semibold tracking-[-0.04em] sm:text-5xl/[1]">
        Examples
      </h1>
      <p className="mt-4 text-quiet">
        Each is a page, its actions and a component, to copy from{" "}
        <code className="font-mono text-sm wrap-anywhere">app/examples</code> into an app of your
        own.
      </p>
      <ul className="mt-6 grid gap-4 sm:grid-cols-2">
        {EXAMPLES.map(({ name, title, words }) => (
          <li
            key={name}
            className="relative rounded-2xl border border-line bg-sheet p-5 hover:border-water"
          >
            <h2 className="text-lg font-semibold tracking-tight">
              <a href={`/examples/${name}`} className="after:absolute after:inset-0">
                {title}
              </a>
            </h2>
            <p className="mt-1.5 text-sm text-quiet">{words}</p>
          </li>
        ))}
      </ul>
      <p className="mt-6 text-sm text-quiet">
        They start jobs and mint tokens for whoever asks, so they are here in a playground alone: on
        a hub that is deployed, these addresses answer 404.
      </p>
    </main>
  );
}
