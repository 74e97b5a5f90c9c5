import type { Stop, World } from "./world.ts";

export interface PageLifeHandlers {
  /** The page is left: closed, or kept for Back. */
  onLeave(): void;
  /** The page is back as it was left. */
  onReturn(): void;
  /** The network is back, or somebody looks again: waiting makes no sense any more. */
  onWake(): void;
}

/** Listens to what happens to the page. Source: WHATWG HTML, section 7.4.6.4 (page transition events). */
export function watchPage(world: World, handlers: PageLifeHandlers): Stop {
  const listeners: Record<string, (event: Event) => void> = {
    // Browsers differ on a stream in a page that is kept for Back: some cut it without a word, some won't keep the page.
    pagehide: () => handlers.onLeave(),
    pageshow: (event) => {
      if ("persisted" in event && event.persisted) handlers.onReturn();
    },
    online: () => handlers.onWake(),
    visibilitychange: () => {
      if (world.visible()) handlers.onWake();
    },
  };
  for (const type in listeners) world.page?.addEventListener(type, listeners[type] ?? null);
  return () => {
    for (const type in listeners) world.page?.removeEventListener(type, listeners[type] ?? null);
  };
}
