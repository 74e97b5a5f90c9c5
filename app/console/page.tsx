import type { Metadata } from "next";
import { headers } from "next/headers";
import { Console } from "../../components/console/console.tsx";
import type { HubInfo } from "../../components/console/lib/hub-info.ts";
import { HubWords } from "../../components/console/lib/hub-words.tsx";
import { parseAddress } from "../../components/console/streams/address.ts";
import { WithoutScript } from "../../components/console/without-script.tsx";
import { Problems } from "../../components/live/problems.tsx";
import { SiteHeader } from "../../components/ui/site-header.tsx";
import { runtime } from "../../server/runtime.ts";

export const metadata: Metadata = {
  title: "Console · Runnel",
  description: "Streams side by side, publishing, and who is connected: the hub as it runs.",
};

export default async function ConsolePage({ searchParams }: PageProps<"/console">) {
  const { streams, problems } = parseAddress(await searchParams);
  const hub = await hubInfo();
  return (
    <main className="mx-auto max-w-[120rem] px-4 pt-5 pb-10 sm:px-8 lg:py-8">
      <Console hub={hub} streams={streams}>
        <SiteHeader here="/console" playground={hub.playground} />
        <h1 className="mt-4 text-3xl font-semibold tracking-[-0.04em] lg:mt-7 lg:text-4xl">
          Console
        </h1>
        <HubWords hub={hub} />
        <Problems problems={problems} />
        <WithoutScript hub={hub} />
      </Console>
    </main>
  );
}

async function hubInfo(): Promise<HubInfo> {
  const asked = await headers();
  const { config, service, hub } = runtime();
  const protocol = asked.get("x-forwarded-proto")?.split(",")[0]?.trim() ?? "http";
  return {
    origin: `${protocol}://${asked.get("host") ?? "localhost"}`,
    path: "/.well-known/mercure",
    url: hub.url.href,
    playground: service.playground,
    anonymous: service.playground || service.anonymous,
    topics: config.VERCEL === undefined,
    cookieName: service.cookieName,
  };
}
