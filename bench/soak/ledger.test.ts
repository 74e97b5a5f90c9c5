import { expect, test } from "vitest";
import { Ledger } from "./ledger.mjs";

function ledgerOf(acknowledged: string[], received: Record<string, string[]>) {
  const ledger = new Ledger();
  for (const reader of Object.keys(received)) ledger.join(reader);
  for (const update of acknowledged) ledger.acknowledge(update);
  for (const [reader, updates] of Object.entries(received)) {
    for (const update of updates) ledger.receive(reader, update);
  }
  return ledger;
}

test("an acknowledged update that a reader did not get is lost", () => {
  const ledger = ledgerOf(["a", "b"], { one: ["a", "b"], two: ["a"] });
  expect(ledger.account()).toEqual({ acknowledged: 2, received: 1, lost: 1, doubled: 0 });
  expect(ledger.isSettled).toBe(false);
});

test("an update that a reader got three times is doubled twice", () => {
  const ledger = ledgerOf(["a"], { one: ["a", "a", "a"] });
  expect(ledger.account()).toEqual({ acknowledged: 1, received: 1, lost: 0, doubled: 2 });
});

test("an update that came before its acknowledgement, or without one, is not lost", () => {
  const ledger = ledgerOf([], { one: ["a", "b"] });
  ledger.acknowledge("a");
  expect(ledger.account()).toEqual({ acknowledged: 1, received: 1, lost: 0, doubled: 0 });
  expect(ledger.isSettled).toBe(true);
});
