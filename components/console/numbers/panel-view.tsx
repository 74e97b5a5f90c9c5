import { useMemo } from "react";
import { Chart } from "./chart.tsx";
import type { Panel } from "./panels.ts";
import { columns, most, type Second } from "./series.ts";
import { inWords, type Unit } from "./units.ts";

interface Props {
  readonly panel: Panel;
  readonly seconds: readonly Second[];
  /** The panel has the full width. */
  readonly wide?: boolean;
}

/** Shows a chart with its values: the current ones, and the highest of the last minutes. */
export function PanelView({ panel, seconds, wide = false }: Props) {
  const { name, unit, lines, floor } = panel;
  const data = useMemo(
    () =>
      columns(
        seconds,
        lines.map(({ pick }) => pick),
      ),
    [seconds, lines],
  );
  const last = seconds.at(-1);
  const figures = lines.map((line) => ({
    name: line.name,
    value: last ? line.pick(last) : null,
    highest: most(seconds, line.pick),
  }));
  const said = figures
    .map(
      (each) => `${each.name} ${inWords(each.value, unit)}, at most ${inWords(each.highest, unit)}`,
    )
    .join("; ");
  const highest = Math.max(...figures.map((each) => each.highest ?? Number.NEGATIVE_INFINITY));
  return (
    <section
      aria-label={name}
      className={`flex min-w-0 flex-col rounded-xl border border-line bg-sheet ${wide ? "col-span-full" : ""}`}
    >
      <div className="flex items-baseline justify-between gap-2 px-3 pt-2 text-quiet">
        <h2 className="text-sm">{name}</h2>
        <p className="text-xs whitespace-nowrap tabular-nums">
          {highest >= 0 && `most ${unit.write(highest)}`}
        </p>
      </div>
      <dl className="flex flex-wrap gap-x-4 px-3">
        {figures.map((each, index) => (
          <Figure
            key={each.name}
            name={each.name}
            value={each.value}
            unit={unit}
            dashed={index > 0}
            wide={wide}
          />
        ))}
      </dl>
      <Chart
        label={`${name} in the last five minutes: ${said}`}
        data={data}
        floor={floor}
        className={`mt-auto overflow-hidden rounded-b-xl ${wide ? "h-20" : "h-12"}`}
      />
    </section>
  );
}

interface FigureProps {
  readonly name: string;
  readonly value: number | null;
  readonly unit: Unit;
  readonly dashed: boolean;
  readonly wide: boolean;
}

function Figure({ name, value, unit, dashed, wide }: FigureProps) {
  return (
    <div className="flex min-w-16 flex-col-reverse pb-1.5">
      <dt className="flex items-center gap-1.5 text-xs text-quiet">
        {name === "" ? (
          <span className="sr-only">now</span>
        ) : (
          <>
            <svg
              viewBox="0 0 14 4"
              aria-hidden="true"
              className={`h-1 w-3.5 shrink-0 ${dashed ? "text-wait" : "text-water"}`}
            >
              <path
                d="M0 2h14"
                stroke="currentColor"
                strokeWidth="2.5"
                strokeDasharray={dashed ? "4 2" : undefined}
              />
            </svg>
            {name}
          </>
        )}
      </dt>
      <dd
        className={`font-semibold tracking-tight whitespace-nowrap text-ink tabular-nums ${wide ? "text-3xl/9" : "text-xl/8"}`}
      >
        {value === null ? <Nothing /> : unit.write(value)}
        {unit.name !== "" && (
          <span className="ml-1 text-xs font-normal tracking-normal text-quiet">{unit.name}</span>
        )}
      </dd>
    </div>
  );
}

function Nothing() {
  return (
    <>
      <span aria-hidden="true">–</span>
      <span className="sr-only">nothing measured,</span>
    </>
  );
}
