"use client";

import { useState } from "react";
import { createPlainStream } from "../../client/plain-stream.ts";
import { useStream } from "../../client/use-stream.ts";
import { MessageLog } from "./message-log.tsx";
import { StatusPanel } from "./status-panel.tsx";

interface Props {
  url: string;
  /** The stream is this server's. The address of another server is used as it is given. */
  hub: boolean;
  /** The stream's address, for people. */
  address: string;
  closeAfterMs: number;
  /** The content before the first entry. */
  children: React.ReactNode;
}

/** Shows a stream: its status, and its entries. */
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
