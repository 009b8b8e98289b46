/** A canvas chart in the theme's colours that keeps its container's width. What it shows is said in words by the caller. */
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { type ChartColors, chartColors } from './chart-colors.ts';

export function Chart(props: {
  label: string;
  height: number;
  data: uPlot.AlignedData;
  /** Called anew when the theme changes. Must not change between renders without the data. */
  options: (colors: ChartColors) => Omit<uPlot.Options, 'width' | 'height'>;
}) {
  const { label, height, data, options } = props;
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    let plot: uPlot | null = null;
    const draw = () => {
      plot?.destroy();
      plot = new uPlot({ ...options(chartColors()), width: element.clientWidth, height }, data, element);
    };
    draw();
    const sizes = new ResizeObserver(() => plot?.setSize({ width: element.clientWidth, height }));
    sizes.observe(element);
    const themes = new MutationObserver(draw);
    themes.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      sizes.disconnect();
      themes.disconnect();
      plot?.destroy();
    };
  }, [data, height, options]);
  return (
    <div
      ref={box}
      role="img"
      aria-label={label}
      className="w-full min-w-0 overflow-hidden"
      style={{ height }}
    />
  );
}
