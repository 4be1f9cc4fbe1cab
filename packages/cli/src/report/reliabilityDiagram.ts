import * as Plot from '@observablehq/plot';
import { colours, draw } from './draw.js';
import { grouped, percent } from './format.js';
import { html, type Markup } from './html.js';
import { proportionInterval } from './statistics.js';
import type { TrainingReport } from './trainingReport.js';

type Reliability = NonNullable<TrainingReport['reliability']>;

/** @returns accuracy against confidence with 95 % intervals, and below it how many rows each bin has. */
export function reliabilityDiagram({ bins, ece }: Reliability, one = 'image'): readonly Markup[] {
  const filled = bins
    .filter((bin) => bin.count > 0)
    .map((bin) => ({ ...bin, interval: proportionInterval(bin.accuracy, bin.count) }));
  if (filled.length === 0) return [html`<p class="absent">No prediction was made.</p>`];
  const total = filled.reduce((sum, bin) => sum + bin.count, 0);
  const confidence = filled.reduce((sum, bin) => sum + bin.count * bin.confidence, 0) / total;
  const accuracy = filled.reduce((sum, bin) => sum + bin.count * bin.accuracy, 0) / total;
  return [
    html`<figure><figcaption>Accuracy by confidence <span>ECE ${percent(ece)}</span></figcaption>
<p class="legend">Calibrated predictions lie on the dashed line; upright lines are 95 % intervals.</p>${accuracyCurve(filled)}</figure>`,
    html`<figure><figcaption>${one === 'image' ? 'Images' : 'Rows'} by confidence <span>${grouped(total)} in all</span></figcaption>
<p class="legend">Mean confidence ${percent(confidence, 1)}, accuracy ${percent(accuracy, 1)}: ${verdict(confidence - accuracy)}.</p>${binCounts(filled, one)}</figure>`,
  ];
}

/** A bin with predictions, and the 95 % interval of its accuracy. */
type FilledBin = Reliability['bins'][number] & {
  readonly interval: ReturnType<typeof proportionInterval>;
};

function accuracyCurve(filled: readonly FilledBin[]): Markup {
  const unit = { domain: [0, 1], ticks: 5 };
  return draw(
    {
      width: 400,
      height: 270,
      x: { ...unit, label: 'confidence', labelAnchor: 'center', labelArrow: 'none', percent: false },
      y: { ...unit, label: 'accuracy', labelArrow: 'none', grid: true },
      marks: [
        Plot.rectY(filled, {
          x1: 'lower',
          x2: 'upper',
          y: 'accuracy',
          fill: colours.first,
          fillOpacity: 0.28,
          inset: 1,
        }),
        Plot.line(
          [
            [0, 0],
            [1, 1],
          ],
          { stroke: colours.muted, strokeDasharray: '4,4' },
        ),
        Plot.ruleX(filled, {
          x: 'confidence',
          y1: (bin: FilledBin) => bin.interval.lower,
          y2: (bin: FilledBin) => bin.interval.upper,
          stroke: colours.first,
          strokeWidth: 1.5,
        }),
        Plot.dot(filled, { x: 'confidence', y: 'accuracy', fill: colours.first, r: 4 }),
        Plot.ruleY([0]),
      ],
    },
    'Reliability diagram: accuracy by confidence',
  );
}

function binCounts(filled: readonly FilledBin[], one: string): Markup {
  return draw(
    {
      width: 400,
      height: 270,
      marginLeft: 50,
      x: { domain: [0, 1], ticks: 5, label: 'confidence', labelAnchor: 'center', labelArrow: 'none' },
      // A well-trained network puts nearly everything into the last bin: only a root scale shows the others.
      y: {
        type: 'sqrt',
        label: `${one}s (root scale)`,
        labelArrow: 'none',
        grid: true,
        ticks: 5,
        nice: true,
        tickFormat: ',d',
      },
      marks: [
        Plot.rectY(filled, { x1: 'lower', x2: 'upper', y: 'count', fill: colours.muted, fillOpacity: 0.55, inset: 1 }),
        Plot.text(filled, {
          x: (bin: FilledBin) => (bin.lower + bin.upper) / 2,
          y: 'count',
          text: (bin: FilledBin) => grouped(bin.count),
          dy: -7,
          fontSize: 9.5,
        }),
        Plot.ruleY([0]),
      ],
    },
    `Number of test ${one}s by confidence`,
  );
}

/** Says in words what the difference of mean confidence and accuracy is. */
function verdict(gap: number): string {
  if (Math.abs(gap) < 0.005) return 'neither over- nor underconfident on the whole';
  return gap > 0 ? 'overconfident on the whole' : 'underconfident on the whole';
}
