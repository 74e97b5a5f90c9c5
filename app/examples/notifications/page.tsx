import * as z from "zod/mini";
import { lastUpdates } from "../../../runnel.ts";
import { Example } from "../example.tsx";
import { fold } from "../fold.ts";
import { pageOfPlayground } from "../playground-only.ts";
import { send, signIn, signOut } from "./actions.ts";
import { Inbox } from "./inbox.tsx";
import { KEPT, type Note, reduce, topicOf, Update } from "./notes.ts";
import { currentUser, USERS, type User } from "./session.ts";

export const metadata = { title: "Notifications · Runnel" };

/** The lifetime of a token, in seconds. With `?life=5` one can watch a token expire. */
const Life = z.catch(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(60)), 60);

interface Props {
  searchParams: Promise<{ life?: string | string[] }>;
}

export default async function Page({ searchParams }: Props) {
  await pageOfPlayground();
  const user = await currentUser();
  const { life } = await searchParams;
  return (
    <Example
      title="Notifications"
      lead={
        <>
          <p>
            To one user, on a private topic. Their token grants that topic alone, lives a minute,
            and is renewed with nothing lost.
          </p>
          <p>Sign in as ann here, and as ben in a private window.</p>
        </>
      }
      source="app/examples/notifications"
      topic={topicOf(user ?? "…")}
    >
      {user ? (
        <SignedIn key={user} user={user} passLives={Life.parse(life ?? 60)} />
      ) : (
        <form action={signIn} className="flex flex-wrap items-center gap-3">
          {USERS.map((each) => (
            <button key={each} type="submit" name="user" value={each} className="button">
              Sign in as {each}
            </button>
          ))}
          <p className="text-sm text-quiet">
            A stand-in for the login of your app: whoever says so is ann.
          </p>
        </form>
      )}
    </Example>
  );
}

/** Shows the inbox. It reads the user's notes and read marks from the log, with the position that the inbox resumes after. */
async function SignedIn({ user, passLives }: { user: User; passLives: number }) {
  const { updates, lastEventId } = await lastUpdates({ match: topicOf(user), count: 2 * KEPT });
  const none: readonly Note[] = [];
  const initial = fold(updates, Update, none, reduce);
  return (
    <>
      <form action={signOut} className="flex flex-wrap items-center justify-between gap-3">
        <p>
          You are <strong className="font-semibold">{user}</strong>.
        </p>
        <button type="submit" className="button">
          Sign out
        </button>
      </form>
      <form action={send} className="flex flex-wrap items-end gap-3 border-y border-line py-5">
        <label className="text-sm">
          <span className="mb-1.5 block font-medium">To</span>
          <select name="to" className="field" defaultValue={USERS.find((each) => each !== user)}>
            {USERS.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
        <label className="grow basis-48 text-sm">
          <span className="mb-1.5 block font-medium">Note</span>
          <input name="text" required maxLength={200} autoComplete="off" className="field" />
        </label>
        <button type="submit" className="button button-main">
          Send
        </button>
      </form>
      <Inbox user={user} passLives={passLives} initial={initial} lastEventId={lastEventId} />
    </>
  );
}
