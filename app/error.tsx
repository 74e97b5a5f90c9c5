"use client";

export default function PageError({ reset }: { error: Error; reset: () => void }) {
  return (
    <main className="mx-auto max-w-2xl px-6 py-16">
      <h1 className="text-5xl font-semibold tracking-[-0.04em]">That went wrong</h1>
      <p className="mt-4 text-quiet">
        The page met an error. The streams themselves are not touched by it.
      </p>
      <button type="button" className="button button-main mt-8" onClick={reset}>
        Try again
      </button>
    </main>
  );
}
