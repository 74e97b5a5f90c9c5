import type { Metadata, Viewport } from "next";
import { connection } from "next/server";
import "./globals.css";

export const metadata: Metadata = {
  title: "Server Send Events · Runnel",
  description: "Live event streams for Next.js: watch one arrive.",
};

export const viewport: Viewport = {
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#edf2f1" },
    { media: "(prefers-color-scheme: dark)", color: "#081215" },
  ],
};

export default async function Layout({ children }: { children: React.ReactNode }) {
  // The nonce of the content security policy is new in each answer, so no page can be static.
  await connection();
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
