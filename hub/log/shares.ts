import { RECEIPTS, type Retention, SUBSCRIPTIONS_RETENTION } from "./log.ts";

/** The parts of the bytes that a log may keep. */
export interface Shares {
  readonly updates: Retention;
  readonly subscriptions: Retention;
  /** The maximum number of receipts. */
  readonly receipts: number;
}

export interface ShareOptions {
  /** The size of one receipt in bytes. */
  readonly receiptBytes: number;
  /** Bytes that stay free, because a commit needs more than it keeps. Default: 0. */
  readonly reserve?: number;
}

const ONE_OF = 16;
/** The minimum of bytes for subscription events, even if the bound is small. */
const LEAST_FOR_SUBSCRIPTIONS = 256 * 1024;

/** Divides the bytes of a retention. Receipts and subscription events get at most a sixteenth each, and updates get the rest. */
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
