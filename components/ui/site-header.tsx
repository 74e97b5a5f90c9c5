import { Wordmark } from "./wordmark.tsx";

const PAGES = [
  { href: "/", name: "Live" },
  { href: "/console", name: "Console" },
] as const;

/** Whose page this is, and the way to the others. */
export function SiteHeader({ here }: { here: (typeof PAGES)[number]["href"] }) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
      <Wordmark />
      <nav aria-label="Pages" className="flex gap-4 text-sm">
        {PAGES.map(({ href, name }) => (
          <a
            key={href}
            href={href}
            aria-current={href === here ? "page" : undefined}
            className="text-quiet underline-offset-4 hover:text-water hover:underline aria-[current]:font-medium aria-[current]:text-ink"
          >
            {name}
          </a>
        ))}
      </nav>
    </div>
  );
}
