import { browserWorld, type World } from "../base/world.ts";
import type { FakeBrowser } from "./fake-browser.ts";
import { FakeChannel } from "./fake-channel.ts";
import { FakeLocks } from "./fake-locks.ts";

/** The source of a task of a tab. Tasks of one source keep their order. */
type TaskSource = "timer" | "lock" | "message" | "network";

/** A tab that freezes, thaws and dies. */
export class FakeTab {
  readonly browser: FakeBrowser;
  readonly world: World;
  visible = true;
  /** Refuses locks, as a browser does where a page may not store anything. */
  refusesLocks = false;
  timers = 0;
  #state: "running" | "frozen" | "dead" = "running";
  readonly #held: Record<TaskSource, (() => void)[]> = {
    timer: [],
    lock: [],
    message: [],
    network: [],
  };

  constructor(browser: FakeBrowser) {
    this.browser = browser;
    this.world = {
      ...browserWorld(),
      locks: new FakeLocks(this),
      channel: (name) => new FakeChannel(this, name),
      visible: () => this.visible,
      now: () => browser.now + browser.dayAhead,
      elapsed: () => browser.now,
      random: browser.random,
      after: (ms, callback) => {
        let over = false;
        const end = () => {
          if (!over) this.timers -= 1;
          over = true;
        };
        this.timers += 1;
        browser.at(ms, () =>
          this.task("timer", () => {
            if (over) return;
            end();
            callback();
          }),
        );
        return end;
      },
    };
  }

  get state(): "running" | "frozen" | "dead" {
    return this.#state;
  }

  /** Runs the task now, or when the tab thaws, after the waiting tasks of the same source. */
  task(source: TaskSource, task: () => void): void {
    if (this.#state === "dead") return;
    if (this.#state === "running" && this.#held[source].length === 0) task();
    else this.#held[source].push(task);
  }

  freeze(): void {
    if (this.#state === "running") this.#state = "frozen";
  }

  /** Runs the waiting tasks: in order for each source, with the sources in any order. */
  thaw(): void {
    if (this.#state !== "frozen") return;
    this.#state = "running";
    this.#catchUp();
  }

  #catchUp(): void {
    if (this.#state !== "running") return;
    const waiting = Object.values(this.#held).filter((tasks) => tasks.length > 0);
    const task = waiting[Math.floor(this.browser.random() * waiting.length)]?.shift();
    if (task === undefined) return;
    task();
    this.browser.at(this.browser.random() < 0.8 ? 0 : this.browser.random() * 30, () =>
      this.#catchUp(),
    );
  }

  kill(): void {
    this.#state = "dead";
    this.timers = 0;
    this.browser.forget(this);
  }
}
