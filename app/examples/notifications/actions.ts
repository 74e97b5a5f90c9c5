"use server";

import * as z from "zod/mini";
import { accessToken, publish } from "../../../runnel.ts";
import { actionOfPlayground } from "../playground-only.ts";
import { Text, topicOf } from "./notes.ts";
import { currentUser, setUser, User } from "./session.ts";

/** How long a pass may live, in seconds: no longer than somebody who has signed out may still read along. */
const Seconds = z.int().check(z.minimum(1), z.maximum(60));

export async function signIn(form: FormData): Promise<void> {
  await actionOfPlayground();
  await setUser(User.parse(form.get("user")));
}

export async function signOut(): Promise<void> {
  await actionOfPlayground();
  await setUser(undefined);
}

/** Sends a note to one user, and to nobody else. */
export async function send(form: FormData): Promise<void> {
  const from = await signedIn();
  const to = User.parse(form.get("to"));
  const text = Text.safeParse(form.get("text"));
  // A note of spaces alone, which the form lets through.
  if (!text.success) return;
  await publish({ topic: topicOf(to), private: true, data: { from, text: text.data } });
}

/** Notes that the user has read all up to this one. */
export async function markRead(id: string): Promise<void> {
  const user = await signedIn();
  const readUpTo = z.string().check(z.maxLength(100)).parse(id);
  await publish({ topic: topicOf(user), private: true, data: { readUpTo } });
}

/**
 * A token that lets the user who has signed in read their own topic, and nothing else. A page of somebody who was signed in before gets
 * none: with another's token its stream would be open, and bring nothing.
 */
export async function pass(reader: string, expiresIn: number): Promise<string> {
  const user = await signedIn();
  if (reader !== user) throw new Error("somebody else has signed in");
  return accessToken({
    subscribe: [{ match: topicOf(user) }],
    subject: user,
    expiresIn: Seconds.parse(expiresIn),
  });
}

async function signedIn(): Promise<User> {
  await actionOfPlayground();
  const user = await currentUser();
  if (!user) throw new Error("nobody has signed in");
  return user;
}
