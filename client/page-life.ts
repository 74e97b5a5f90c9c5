import type { Stop, World } from "./base/world.ts";

export interface PageLifeHandlers {
  /** The page is being left: closed, or kept for Back. */
  onLeave(): void;
  /** The page is frozen, or was hidden for too long. */
  onHide(): void;
  /** The page was restored, or is visible again. */
  onReturn(): void;
  /** The network is back, so there is no reason to wait any longer. */
  onOnline(): void;
}

/**
 * Listens to the page's lifecycle. Source: WHATWG HTML, section 7.4.6.4 (page transition events); Page Lifecycle (freeze and resume).
 * @param hiddenAfterMs onHide is called when the page was hidden for this many milliseconds; 0: never
 */
export function watchPage(world: World, hiddenAfterMs: number, on: PageLifeHandlers): Stop {
  let stopHiding: Stop = () => {};
  /** In milliseconds since 1970: other clocks stop while a machine sleeps. */
  let hiddenAt = Number.POSITIVE_INFINITY;
  const seen = () => {
    stopHiding();
    if (world.visible()) {
      // A page can be suspended without an event. It may become visible before its timer fires, with a connection that is long dead.
      if (world.now() - hiddenAt >= hiddenAfterMs) on.onHide();
      hiddenAt = Number.POSITIVE_INFINITY;
      return on.onReturn();
    }
    if (hiddenAfterMs === 0) return;
    hiddenAt = world.now();
    stopHiding = world.after(hiddenAfterMs, () => {
      // A frozen page's timer fires late, perhaps after the page became visible again.
      if (!world.visible()) on.onHide();
    });
  };
  const listeners: Record<string, (event: Event) => void> = {
    // Browsers differ on a stream in a page that is kept for Back: some cut it without an event, some do not keep the page.
    pagehide: () => on.onLeave(),
    pageshow: (event) => {
      if ("persisted" in event && event.persisted) on.onReturn();
    },
    online: () => on.onOnline(),
    visibilitychange: seen,
    // A frozen page does not read the stream, and uses up a connection that another client could have.
    freeze: () => on.onHide(),
    resume: () => {
      if (hiddenAfterMs === 0 || world.visible()) on.onReturn();
    },
  };
  // These two events are dispatched on the document only. The window gets them in the capture phase.
  const options = { capture: true };
  for (const type in listeners)
    world.page?.addEventListener(type, listeners[type] ?? null, options);
  if (!world.visible()) seen();
  return () => {
    stopHiding();
    for (const type in listeners)
      world.page?.removeEventListener(type, listeners[type] ?? null, options);
  };
}
