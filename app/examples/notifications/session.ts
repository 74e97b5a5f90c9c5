import { cookies } from "next/headers";
import * as z from "zod/mini";

// A stand-in for your app's own login: a visitor who enters `ann` is ann.
const COOKIE = "example-user";

export const USERS = ["ann", "ben"] as const;
export const User = z.enum(USERS);
export type User = z.infer<typeof User>;

/** Returns the user; undefined: nobody is signed in. */
export async function currentUser(): Promise<User | undefined> {
  return User.safeParse((await cookies()).get(COOKIE)?.value).data;
}

/** Signs a user in, from an action. undefined: signs out. */
export async function setUser(user: User | undefined): Promise<void> {
  const options = { path: "/examples/notifications", httpOnly: true, sameSite: "lax" } as const;
  const all = await cookies();
  if (user) all.set(COOKIE, user, options);
  else all.delete({ name: COOKIE, ...options });
}
