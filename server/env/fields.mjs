import { z } from "zod";

/** The forms of variables. Each parses the text, and describes the permitted values if the text is wrong. */

/**
 * @param {number} min
 * @param {number} max
 * @param {string} unit
 */
export const number = (min, max, unit) => {
  const error = `a number of ${unit} from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d+(\.\d+)?$/, { error })
    .transform(Number)
    .refine((n) => n >= min && n <= max, { error });
};

/**
 * @param {number} min
 * @param {number} max
 */
export const whole = (min, max) => {
  const error = `a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d+$/, { error })
    .transform(Number)
    .refine((n) => n >= min && n <= max, { error });
};

export const list = z.string().transform((text) => text.split(/[\s,]+/).filter(Boolean));

/** @param {string} text */
export const isOrigin = (text) => URL.canParse(text) && new URL(text).origin === text;

export const origins = list.refine((all) => all.every(isOrigin), {
  error: "origins such as https://app.example.com, separated by spaces or commas",
});

export const onOrOff = z
  .enum(["on", "off"], { error: "on or off" })
  .transform((text) => text === "on");

/** @param {string} value */
export function isHubUrl(value) {
  if (!URL.canParse(value)) return false;
  const { protocol, hash, username, password } = new URL(value);
  return /^https?:$/.test(protocol) && `${hash}${username}${password}` === "" && !/#/.test(value);
}
