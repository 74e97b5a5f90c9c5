"use server";

import * as z from "zod/mini";
import { accessToken, publish } from "../../../runnel.ts";
import { actionOfPlayground } from "../playground-only.ts";
import { Text, topicOf } from "./notes.ts";
import { currentUser, setUser, User } from "./session.ts";

/** The lifetime of a token, in seconds. It is short, because a user who has signed out can read on until the token expires. */
const Seconds = z.int().check(z.minimum(1), z.maximum(60));

export async function signIn(form: FormData): Promise<void> {
  await actionOfPlayground();
  await setUser(User.parse(form.get("user")));
}

export async function signOut(): Promise<void> {
  await actionOfPlayground();
  await setUser(undefined);
}

/** Sends a note to one user only. */
export async function send(form: FormData): Promise<void> {
  const from = await signedIn();
  const to = User.parse(form.get("to"));
  const text = Text.safeParse(form.get("text"));
  // A note of only spaces, which the form accepts.
  if (!text.success) return;
  await publish({ topic: topicOf(to), private: true, data: { from, text: text.data } });
}

/** Publishes that the user has read all notes up to this one. */
export async function markRead(id: string): Promise<void> {
  const user = await signedIn();
  const readUpTo = z.string().check(z.maxLength(100)).parse(id);
  await publish({ topic: topicOf(user), private: true, data: { readUpTo } });
}

/**
 * Returns a token that lets the user who is signed in read their own topic only.
 * null: another user has signed in since the page was rendered. With their token its stream would be open, and deliver nothing.
 */
export async function pass(reader: string, expiresIn: number): Promise<string | null> {
  const user = await signedIn();
  if (reader !== user) return null;
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
