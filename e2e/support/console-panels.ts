import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Locator, Page } from "@playwright/test";
import { ALONE, ROOT, type Runnel } from "./runnel.ts";

const run = promisify(execFile);

/** The console's panels that do not show a stream of the user. */
export type PanelName = "Connected" | "Numbers" | "Tokens";

/** Opens the console at a panel, without any subscription. */
export async function openPanel(
  page: Page,
  runnel: Pick<Runnel, "url">,
  name: PanelName,
): Promise<Locator> {
  await page.goto(`${runnel.url}/console?stream=`);
  return showPanel(page, name);
}

export async function showPanel(page: Page, name: PanelName): Promise<Locator> {
  await page.getByRole("tab", { name, exact: true }).click();
  return page.getByRole("tabpanel", { name, exact: true });
}

/** Requests a token from a playground, as the console does. */
export async function playgroundToken(
  runnel: Pick<Runnel, "url">,
  wanted: object,
): Promise<string> {
  const response = await fetch(`${runnel.url}/console/token`, {
    method: "POST",
    headers: { ...ALONE, "Content-Type": "application/json" },
    body: JSON.stringify(wanted),
  });
  const { token } = (await response.json()) as { token: string };
  return token;
}

/** Returns a token as `npm run -s token` prints it. */
export async function mintedToken(
  env: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<string> {
  const { stdout } = await run("npm", ["run", "-s", "token", "--", "--print", ...args], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, NODE_ENV: "production", ...env },
  });
  return stdout.trim();
}

/** Pastes a token and makes the console use it. */
export async function useToken(page: Page, token: string): Promise<void> {
  const panel = await inspectToken(page, token);
  await panel.getByRole("button", { name: "Use it in this console" }).last().click();
}

/** Pastes a token and makes the hub inspect it. */
export async function inspectToken(page: Page, token: string): Promise<Locator> {
  const panel = await showPanel(page, "Tokens");
  await panel.getByLabel("Token", { exact: true }).fill(token);
  await panel.getByRole("button", { name: "Look into it" }).click();
  return panel;
}

export const bearer = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } });
