/** Characters that change the direction of the text around them, and so how a reader understands it. */
const DIRECTION = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Replaces such characters in JSON by escapes: the value is the same, and the text shows it correctly. */
export function escapeDirection(json: string): string {
  return json.replace(
    DIRECTION,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
