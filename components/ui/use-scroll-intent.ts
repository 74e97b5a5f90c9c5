import {
  type KeyboardEvent,
  type PointerEvent,
  type TouchEvent,
  useRef,
  type WheelEvent,
} from "react";

/** The direction in which a reader is about to scroll. `end`: to the very end. `anywhere`: the reader drags the scrollbar. */
export type Intent = "up" | "down" | "end" | "anywhere";

const KEYS: Record<string, Intent> = {
  ArrowUp: "up",
  PageUp: "up",
  Home: "up",
  ArrowDown: "down",
  PageDown: "down",
  End: "end",
};

/** Returns listeners for a scrolling element that detect the reader's intent before the element moves. */
export function useScrollIntent(onIntent: (intent: Intent) => void) {
  const touchedAt = useRef(0);
  return {
    onWheel({ deltaY, ctrlKey }: WheelEvent) {
      // With Ctrl, the wheel zooms.
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
      // A finger that moves down scrolls the list up.
      if (y !== touchedAt.current) onIntent(y > touchedAt.current ? "up" : "down");
      touchedAt.current = y;
    },
  };
}
