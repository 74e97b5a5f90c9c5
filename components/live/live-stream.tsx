"use client";

import { useState } from "react";
import { createPlainStream } from "../../client/plain-stream.ts";
import { useStream } from "../../client/use-stream.ts";
import { MessageLog } from "./message-log.tsx";
import { StatusPanel } from "./status-panel.tsx";

interface Props {
  url: string;
  /** It is this server's: any other one's address is asked for as it stands. */
  hub: boolean;
  /** The stream's address as a person writes it. */
  address: string;
  closeAfterMs: number;
  /** What stands in the list's place until there is one. */
  children: React.ReactNode;
}

/** The stream: how it stands, and what it brings. */
export function LiveStream({ url, hub, address, closeAfterMs, children }: Props) {
  const [stream] = useState(() => createPlainStream({ url, hub, closeAfterMs }));
  const now = useStream(stream);
  return (
    <>
      <StatusPanel stream={stream} now={now} address={address} closeAfterMs={closeAfterMs} />
      <MessageLog stream={stream} now={now}>
        {children}
      </MessageLog>
    </>
  );
}
