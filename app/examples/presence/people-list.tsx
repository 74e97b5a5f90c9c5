import type { People } from "./presence.ts";

/** Shows each name once, with the number of its tabs. */
export function PeopleList({ people, you }: { people: People; you?: string }) {
  const tabs = new Map<string, number>();
  for (const name of Object.values(people)) tabs.set(name, (tabs.get(name) ?? 0) + 1);
  const names = [...tabs].sort(([a], [b]) => a.localeCompare(b, "en"));
  return (
    <div>
      <div className="flex items-baseline gap-3">
        <h2 className="text-lg font-semibold">Here now</h2>
        <p role="status" className="text-quiet">
          {names.length === 0 ? "nobody" : names.length}
        </p>
      </div>
      <ul className="mt-3 flex flex-wrap gap-2" aria-label="Who is here">
        {names.map(([name, count]) => (
          <li key={name} className="rounded-full bg-wash px-4 py-1.5 text-sm wrap-anywhere">
            <bdi>{name}</bdi>
            {name === you && <span className="text-quiet"> (you)</span>}
            {count > 1 && <span className="text-quiet"> in {count} tabs</span>}
          </li>
        ))}
      </ul>
    </div>
  );
}
