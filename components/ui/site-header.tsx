import { Wordmark } from "./wordmark.tsx";

const PAGES = [
  { href: "/", name: "Live page" },
  { href: "/console", name: "Console" },
  { href: "/examples", name: "Examples" },
] as const;

interface Props {
  /** A page below one of these is none of them. */
  here?: (typeof PAGES)[number]["href"];
  /** Elsewhere there are no examples. */
  playground: boolean;
}

/** Whose page this is, and the way to the others. */
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
