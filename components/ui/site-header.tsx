import { Wordmark } from "./wordmark.tsx";

const PAGES = [
  { href: "/", name: "Live page" },
  { href: "/console", name: "Console" },
] as const;

/** Whose page this is, and the way to the others. */
export function SiteHeader({ here }: { here: (typeof PAGES)[number]["href"] }) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
      <Wordmark />
      <nav aria-label="Pages" className="flex gap-4 text-sm">
        {PAGES.filter(({ href }) => href !== here).map(({ href, name }) => (
          <a
            key={href}
            href={href}
            className="font-medium text-water underline-offset-4 hover:underline"
          >
            {name}
          </a>
        ))}
      </nav>
    </div>
  );
}
