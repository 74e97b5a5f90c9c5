/** Changes the direction of the text around it, and so what a reader takes it for. */
const DIRECTION = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** JSON with the escapes of such characters in their place: the same value, and seen as what it is. */
export function escapeDirection(json: string): string {
  return json.replace(
    DIRECTION,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
