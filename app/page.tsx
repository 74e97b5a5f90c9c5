import { headers } from "next/headers";
import { ConnectForm } from "../components/live/connect-form.tsx";
import { curlCommand } from "../components/live/curl.ts";
import { ListenHint } from "../components/live/listen-hint.tsx";
import { LiveStream } from "../components/live/live-stream.tsx";
import { OWN_STREAM, parseParameters } from "../components/live/parameters.ts";
import { PlaygroundHint } from "../components/live/playground-hint.tsx";
import { Problems } from "../components/live/problems.tsx";
import { SiteHeader } from "../components/ui/site-header.tsx";
import { runtime } from "../server/runtime.ts";

export default async function Page({ searchParams }: PageProps<"/">) {
  const { url, closeSeconds, problems } = parseParameters(await searchParams);
  const origin = await ownOrigin();
  const address = url ?? `${origin}${OWN_STREAM}`;
  const { service } = runtime();
  return (
    <main className="mx-auto grid grid-cols-[minmax(0,1fr)] max-w-[88rem] gap-x-10 gap-y-6 px-4 pt-5 pb-10 sm:px-8 lg:min-h-dvh lg:grid-cols-[min(22rem,38%)_minmax(0,1fr)] lg:grid-rows-[auto_auto_1fr] lg:py-8">
      <header className="lg:col-start-1">
        <SiteHeader here="/" playground={service.playground} />
        <h1 className="mt-7 text-[2.6rem]/[1.02] font-semibold tracking-[-0.04em] text-balance sm:text-6xl/[0.98] lg:mt-12">
          Server Send Events
        </h1>
        <h2 lang="zh-CN" className="mt-4 text-lg text-quiet">
          浏览端 Web API: EventSource
        </h2>
        <Problems problems={problems} />
      </header>
      <LiveStream
        key={`${url} ${closeSeconds}`}
        url={url ?? OWN_STREAM}
        hub={url === undefined}
        address={address}
        closeAfterMs={closeSeconds * 1000}
      >
        <noscript>
          <p className="px-4 pb-3 sm:px-5 font-sans text-sm">
            This page shows the stream with JavaScript, which is off. A terminal shows it too:
            <code className="mt-2 block font-mono wrap-anywhere">{curlCommand(address)}</code>
          </p>
        </noscript>
      </LiveStream>
      <aside className="needs-script flex flex-col gap-5 lg:col-start-1 lg:row-start-3 lg:justify-end">
        <ListenHint address={address} />
        {service.playground && <PlaygroundHint origin={origin} />}
        <ConnectForm url={url} closeSeconds={closeSeconds} />
      </aside>
    </main>
  );
}

/** Returns this server's origin as the reader sees it: the one that they requested the page from. */
async function ownOrigin(): Promise<string> {
  const asked = await headers();
  const protocol = asked.get("x-forwarded-proto")?.split(",")[0]?.trim() ?? "http";
  return `${protocol}://${asked.get("host") ?? "localhost"}`;
}
