import type { HubInfo } from "./hub-info.ts";

/** Shows the hub's address and its rules for access. */
export function HubWords({ hub }: { hub: HubInfo }) {
  return (
    <p className="mt-2 text-sm lg:mt-3 text-quiet">
      <span className="font-mono text-[0.8rem] wrap-anywhere">
        {hub.origin.replace(/^https?:\/\//, "")}
        {hub.path}
      </span>
      <br />
      {words(hub)}
    </p>
  );
}

function words({ playground, anonymous, topics }: HubInfo): string {
  if (!topics) return "This deployment serves the clock alone: its instances share no log.";
  if (playground) return "A playground: anybody on this machine may publish and read.";
  return anonymous
    ? "Publishing needs a token; what is public may be read without one."
    : "Publishing and reading need a token.";
}
