import { SiteHeader } from "../../components/ui/site-header.tsx";

interface Props {
  title: string;
  /** A sentence about the example. */
  lead: React.ReactNode;
  /** Its folder in the repository. */
  source: string;
  topic: string;
  children: React.ReactNode;
}

/** The frame of each example's page. */
export function Example({ title, lead, source, topic, children }: Props) {
  return (
    <main className="mx-auto grid grid-cols-[minmax(0,1fr)] max-w-[88rem] content-start gap-x-10 gap-y-6 px-4 pt-5 pb-10 sm:px-8 lg:min-h-dvh lg:grid-cols-[min(22rem,38%)_minmax(0,1fr)] lg:py-8">
      <header>
        <SiteHeader playground />
        <h1 className="mt-7 lg:mt-12 text-[2.6rem]/[1.02] font-semibold tracking-[-0.04em] text-balance sm:text-5xl/[1]">
          {title}
        </h1>
        <div className="mt-4 flex flex-col gap-2 text-quiet">{lead}</div>
        <p className="mt-5 text-sm text-quiet wrap-anywhere">
          Source <code className="font-mono text-[0.8rem]">{source}</code>, topic{" "}
          <code className="font-mono text-[0.8rem]">{topic}</code>
        </p>
      </header>
      <div className="flex min-w-0 flex-col gap-5 self-start rounded-2xl border border-line bg-sheet p-4 sm:p-6">
        {children}
      </div>
    </main>
  );
}
