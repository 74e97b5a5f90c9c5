import {
  type KeyboardEvent,
  type PointerEvent,
  type TouchEvent,
  useRef,
  type WheelEvent,
} from "react";

/** Where a reader is about to scroll; `end`: as far down as it goes; `anywhere`: the scrollbar is held. */
export type Intent = "up" | "down" | "end" | "anywhere";

const KEYS: Record<string, Intent> = {
  ArrowUp: "up",
  PageUp: "up",
  Home: "up",
  ArrowDown: "down",
  PageDown: "down",
  End: "end",
};

/** What a scrolling element has to listen to, to tell what its reader means before it has moved. */
export function useScrollIntent(onIntent: (intent: Intent) => void) {
  const touchedAt = useRef(0);
  return {
    onWheel({ deltaY, ctrlKey }: WheelEvent) {
      // With Ctrl it zooms.
      if (deltaY !== 0 && !ctrlKey) onIntent(deltaY < 0 ? "up" : "down");
    },
    onKeyDown({ key, shiftKey }: KeyboardEvent) {
      const intent = key === " " ? (shiftKey ? "up" : "down") : KEYS[key];
      if (intent !== undefined) onIntent(intent);
    },
    onPointerDown({ nativeEvent, target, currentTarget }: PointerEvent) {
      if (target === currentTarget && nativeEvent.offsetX >= currentTarget.clientWidth)
        onIntent("anywhere");
    },
    onTouchStart({ touches }: TouchEvent) {
      touchedAt.current = touches[0]?.clientY ?? 0;
    },
    onTouchMove({ touches }: TouchEvent) {
      const y = touches[0]?.clientY ?? 0;
      // A finger that goes down pulls the list's upper part into sight.
      if (y !== touchedAt.current) onIntent(y > touchedAt.current ? "up" : "down");
      touchedAt.current = y;
    },
  };
}
