import type { Stop, World } from "./base/world.ts";

export interface PageLifeHandlers {
  /** The page is left: closed, or kept for Back. */
  onLeave(): void;
  /** The page is frozen, or nobody has looked at it for long. */
  onHide(): void;
  /** The page is back as it was left, or somebody looks. */
  onReturn(): void;
  /** The network is back: waiting makes no sense any more. */
  onOnline(): void;
}

/**
 * Listens to what happens to the page. Source: WHATWG HTML, section 7.4.6.4 (page transition events); Page Lifecycle (freeze and resume).
 * @param hiddenAfterMs a page that is hidden for so many milliseconds counts as hidden; 0: never
 */
export function watchPage(world: World, hiddenAfterMs: number, on: PageLifeHandlers): Stop {
  let stopHiding: Stop = () => {};
  /** In milliseconds since 1970: other clocks stand still while a machine sleeps. */
  let hiddenAt = Number.POSITIVE_INFINITY;
  const seen = () => {
    stopHiding();
    if (world.visible()) {
      // A page that was suspended without a word is seen before its timer fires, and its connection may be dead for long.
      if (world.now() - hiddenAt >= hiddenAfterMs) on.onHide();
      hiddenAt = Number.POSITIVE_INFINITY;
      return on.onReturn();
    }
    if (hiddenAfterMs === 0) return;
    hiddenAt = world.now();
    stopHiding = world.after(hiddenAfterMs, () => {
      // A timer of a frozen page comes late, perhaps after all that has happened since.
      if (!world.visible()) on.onHide();
    });
  };
  const listeners: Record<string, (event: Event) => void> = {
    // Browsers differ on a stream in a page that is kept for Back: some cut it without a word, some won't keep the page.
    pagehide: () => on.onLeave(),
    pageshow: (event) => {
      if ("persisted" in event && event.persisted) on.onReturn();
    },
    online: () => on.onOnline(),
    visibilitychange: seen,
    // A frozen page reads nothing of what comes, and holds the place of one that would.
    freeze: () => on.onHide(),
    resume: () => {
      if (hiddenAfterMs === 0 || world.visible()) on.onReturn();
    },
  };
  // Those two are told to the document alone, and reach the window on their way there.
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
