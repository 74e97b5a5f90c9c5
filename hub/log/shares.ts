import { RECEIPTS, type Retention, SUBSCRIPTIONS_RETENTION } from "./log.ts";

/** How the bytes that a log may keep are shared out. */
export interface Shares {
  readonly updates: Retention;
  readonly subscriptions: Retention;
  /** How many receipts there may be. */
  readonly receipts: number;
}

export interface ShareOptions {
  /** Bytes of one receipt. */
  readonly receiptBytes: number;
  /** Bytes that are left free, for what a commit needs beside what it keeps; default: 0. */
  readonly reserve?: number;
}

const ONE_OF = 16;
/** Subscription events have this much even where little is kept. */
const LEAST_FOR_SUBSCRIPTIONS = 256 * 1024;

/** Shares out the bytes of a retention: receipts and subscription events have a sixteenth each at most, and updates the rest. */
export function sharesOf(retention: Retention, options: ShareOptions): Shares {
  const { receiptBytes, reserve = 0 } = options;
  const share = Math.floor(retention.maxBytes / ONE_OF);
  const receipts = Math.min(RECEIPTS.most, Math.floor(share / receiptBytes));
  const forEvents = Math.min(share, SUBSCRIPTIONS_RETENTION.maxBytes);
  const updates = retention.maxBytes - receipts * receiptBytes - forEvents - reserve;
  const subscriptions = Math.max(forEvents, LEAST_FOR_SUBSCRIPTIONS);
  return {
    updates: { ...retention, maxBytes: updates },
    subscriptions: { ...SUBSCRIPTIONS_RETENTION, maxBytes: subscriptions },
    receipts,
  };
}
