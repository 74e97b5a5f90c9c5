/** Shows the problems of the page's address. */
export function Problems({ problems }: { problems: readonly string[] }) {
  if (problems.length === 0) return null;
  return (
    <div role="alert" className="mt-5 space-y-2 border-l-2 border-bad pl-4 text-sm">
      {problems.map((problem) => (
        <p key={problem} className="wrap-anywhere">
          {problem}
        </p>
      ))}
    </div>
  );
}
