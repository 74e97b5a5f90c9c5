import { CopyCommand } from "../ui/copy-command.tsx";

/** Shows how to publish where no token is needed, and who may: anybody on the server's machine. */
export function PlaygroundHint({ origin }: { origin: string }) {
  const stream = `${origin}/api/stream?match=hello&heartbeat=event`;
  return (
    <section aria-labelledby="playground" className="text-sm">
      <p id="playground" className="mb-1.5 font-medium">
        A playground: anybody on this machine may publish
      </p>
      <CopyCommand command={`curl -d topic=hello -d data=world ${origin}/api/stream`} />
      <p className="mt-1.5 text-quiet">
        Listen to it with{" "}
        <a className="underline" href={`/?url=${encodeURIComponent(stream)}&close=0`}>
          this page
        </a>
        . With a key, publishing needs a token.
      </p>
    </section>
  );
}
