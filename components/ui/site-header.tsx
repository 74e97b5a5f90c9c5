import { Wordmark } from "./wordmark.tsx";

const PAGES = [
  { href: "/", name: "Live page" },
  { href: "/console", name: "Console" },
  { href: "/examples", name: "Examples" },
] as const;

interface Props {
  /** undefined on a page below one of these. */
  here?: (typeof PAGES)[number]["href"];
  /** Only a playground has the examples. */
  playground: boolean;
}

/** Shows the site's name, and links to its pages. */
export function SiteHeader({ here, playground }: Props) {
  const others = PAGES.filter(({ href }) => href !== here && (playground || href !== "/examples"));
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
      <Wordmark />
      <nav aria-label="Pages" className="flex gap-4 text-sm">
        {others.map(({ href, name }) => (
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
