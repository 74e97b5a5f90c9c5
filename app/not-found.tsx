import { Wordmark } from "../components/ui/wordmark.tsx";

export default function NotFound() {
  return (
    <main className="mx-auto max-w-2xl px-6 py-10">
      <Wordmark />
      <h1 className="mt-16 text-5xl font-semibold tracking-[-0.04em]">Nothing flows here</h1>
      <p className="mt-4 text-quiet">There is no page at this address.</p>
      <a href="/" className="button button-main mt-8">
        To the live stream
      </a>
    </main>
  );
}
