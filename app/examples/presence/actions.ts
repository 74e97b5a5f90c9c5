"use server";

import { accessToken } from "../../../runnel.ts";
import { actionOfPlayground } from "../playground-only.ts";
import { Name, SUBSCRIPTIONS, TOPIC } from "./presence.ts";

/** The lifetime of a token, in seconds. The room's stream asks for another one when it expires. */
const PASS_LIVES = 300;

/**
 * Returns a token to be present with, and to see who else is. The hub shows its payload with the subscription. Your app would take the name
 * from its login.
 */
export async function enter(name: string): Promise<string> {
  await actionOfPlayground();
  return accessToken({
    subscribe: [{ match: TOPIC }, { match: SUBSCRIPTIONS, match_type: "urlpattern" }],
    payload: { name: Name.parse(name) },
    expiresIn: PASS_LIVES,
  });
}
