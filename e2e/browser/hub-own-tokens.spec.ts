import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { WITHOUT_BUILDS, withCopy } from "../support/copy.ts";
import { HUB } from "../support/hub.ts";
import { connections, freePort, ROOT, startRunnel } from "../support/runnel.ts";

const ADA = "https://example.com/users/ada";
const EVE = "https://example.com/users/eve";

/** A page that signs a user in, as in docs/server-api.md. */
const PAGE = `import { cookies } from "next/headers";
import { accessToken, tokenCookie } from "../../runnel.ts";

async function signIn() {
  "use server";
  const token = await accessToken({ subscribe: ["${ADA}"], subject: "ada" });
  (await cookies()).set({ ...tokenCookie(), value: token });
}

export default function Page() {
  return <form action={signIn}><button type="submit">Sign in</button></form>;
}
`;

const ROUTE = `import { accessToken, publish } from "../../../runnel.ts";

export async function POST(request: Request) {
  for (const topic of await request.json()) await publish({ topic, data: topic, private: true });
  await publish({ topic: "all", data: "last" });
  return new Response(null, { status: 204 });
}

const problemOf = (wanted: object) => accessToken(wanted).then(() => "none", ({ name, message }) => name + ": " + message);

export async function GET() {
  return Response.json([await problemOf({}), await problemOf({ publish: ["a"], subscribe: ["a"] })]);
}
`;

const secret = () => randomBytes(48).toString("base64");

const HUBS = {
  "a playground": { env: () => ({}), both: "none" },
  "a hub with a secret for each role": {
    env: (port: number) => ({
      MERCURE_PUBLISHER_JWT_KEY: secret(),
      MERCURE_SUBSCRIBER_JWT_KEY: secret(),
      MERCURE_TRUSTED_ISSUERS: "https://app.example.com",
      MERCURE_RESOURCE_IDENTIFIER: `http://127.0.0.1:${port}${HUB}`,
    }),
    both: "Error: the keys of publishers and subscribers differ",
  },
};

test("an app mints a token for each user who signs in, and the user's page reads its own updates: in a playground and with keys", async ({
  browser,
}) => {
  test.setTimeout(240_000);
  await withCopy(
    ROOT,
    async (folder) => {
      mkdirSync(join(folder, "app/fixture/notes"), { recursive: true });
      writeFileSync(join(folder, "app/fixture/notes/route.ts"), ROUTE);
      writeFileSync(join(folder, "app/fixture/page.tsx"), PAGE);
      for (const [name, { env, both }] of Object.entries(HUBS)) {
        const port = await freePort();
        const runnel = await startRunnel({ mode: "dev", folder, port, env: env(port) });
        const context = await browser.newContext();
        try {
          const notes = `${runnel.url}/fixture/notes`;
          const [nothing, two] = await (await fetch(notes)).json();
          expect(nothing, name).toContain("TypeError: the token would grant nothing");
          expect(two, name).toContain(both);
          const page = await context.newPage();
          await page.goto(`${runnel.url}/fixture`);
          await page.getByRole("button", { name: "Sign in" }).click();
          await expect.poll(async () => (await context.cookies()).length).toBe(1);
          expect(await context.cookies()).toMatchObject([
            { path: HUB, httpOnly: true, secure: true, sameSite: "Strict", expires: -1 },
          ]);
          const heard = page.evaluate(
            (at) =>
              new Promise<string[]>((resolve) => {
                const data: string[] = [];
                const source = new EventSource(at);
                source.onmessage = (event) => {
                  data.push(event.data);
                  if (event.data === "last") resolve(data);
                };
              }),
            `${HUB}?match=*`,
          );
          await expect.poll(connections(runnel)).toBe(1);
          await fetch(notes, { method: "POST", body: JSON.stringify([EVE, ADA]) });
          expect(await heard, name).toEqual([ADA, "last"]);
        } finally {
          await context.close();
          await runnel.stop();
        }
        expect(runnel.output()).not.toMatch(/unhandled|already closed|⨯/i);
      }
    },
    WITHOUT_BUILDS,
  );
});
