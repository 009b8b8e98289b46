/** How the two charts of scores are drawn. */
import uPlot from 'uplot';
import type { ChartColors } from '../../ui/chart-colors.ts';

const FONT = '11px "Geist Variable", system-ui, sans-serif';
type Options = Omit<uPlot.Options, 'width' | 'height'>;

function axis(colors: ChartColors, more: uPlot.Axis): uPlot.Axis {
  return {
    font: FONT,
    stroke: colors.muted,
    grid: { stroke: colors.line, width: 1 },
    ticks: { show: false },
    gap: 6,
    ...more,
  };
}

export function histogramOptions(colors: ChartColors): Options {
  const bars = uPlot.paths.bars?.({ size: [0.62, 46], radius: 0.18 });
  return {
    legend: { show: false },
    cursor: { show: false },
    padding: [10, 6, 0, 0],
    scales: {
      x: { time: false, range: [0.4, 5.6] },
      y: { range: (_plot, _min, most) => [0, Math.max(4, Math.ceil(most * 1.1))] },
    },
    axes: [
      axis(colors, { splits: [1, 2, 3, 4, 5], grid: { show: false }, size: 26 }),
      axis(colors, { size: 34, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000] }),
    ],
    series: [
      {},
      {
        fill: colors.accent,
        width: 0,
        points: { show: false },
        ...(bars === undefined ? {} : { paths: bars }),
      },
    ],
  };
}

export function timelineOptions(colors: ChartColors): Options {
  return {
    legend: { show: false },
    cursor: { show: false },
    padding: [10, 8, 0, 0],
    scales: {
      x: { time: false, range: (_plot, least, most) => [least - 0.5, Math.max(most + 0.5, least + 1)] },
      y: { range: [0.6, 5.4] },
    },
    axes: [axis(colors, { show: false, size: 26 }), axis(colors, { size: 24, splits: [1, 2, 3, 4, 5] })],
    series: [
      {},
      {
        stroke: 'transparent',
        points: { show: true, size: 5, width: 0, fill: colors.info },
      },
      { stroke: colors.accent, width: 2, points: { show: false } },
    ],
  };
}
