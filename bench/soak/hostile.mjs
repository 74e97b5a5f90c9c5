/** The strangers of the soak, in a process of their own. */
import { setTimeout as delay } from "node:timers/promises";
import { obey } from "../orders.mjs";
import { HABITS, overstays } from "./habits.mjs";
import { leave } from "./requests.mjs";

/** The limit of visits of one habit at once. */
const MOST = 40;

let isOver = false;
/** @type {Record<string, number>} */
const done = {};

/** @param {string} name @param {import("./habits.mjs").Habit} habit @param {number} port */
async function pursue(name, { everyMs, act }, port) {
  let underWay = 0;
  for (let round = 0; !isOver; round++) {
    await delay(everyMs * (0.5 + Math.random()));
    if (underWay >= MOST || isOver) continue;
    underWay++;
    done[name] = (done[name] ?? 0) + 1;
    act(port, round).finally(() => {
      underWay--;
    });
  }
}

/** @param {{ port: number }} order */
function start({ port }) {
  for (const [name, habit] of Object.entries(HABITS)) pursue(name, habit, port);
}

/** Stops at once, without waiting for open visits. */
function end() {
  isOver = true;
  leave();
  return { done, overstays };
}

obey({ start, end });
