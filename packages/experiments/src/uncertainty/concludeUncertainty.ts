import type { Chart, Findings, Table } from '../findings.js';
import { summarize } from '../statistics/summarize.js';
import { summaryToJson } from '../statistics/summaryToJson.js';
import { spread } from '../text/spread.js';
import { type ImageMethodName, imageMethod, imageMethodNames } from './imageMethods.js';
import { placeNames, regressionMethod, regressionMethodNames } from './regressionMethods.js';
import { alarms, type ImageResult, type RegressionResult, type UncertaintyResult } from './uncertaintyResult.js';

/** What the conclusion needs in addition to the results. */
export interface UncertaintyCircumstances {
  readonly data: string;
  readonly trainingImages: number;
  /** Number of all trials, including those without a result. */
  readonly trials: number;
  readonly foreign: readonly string[];
}

/** How alarms are called. */
const alarmNames: Readonly<Record<(typeof alarms)[number], string>> = {
  entropy: 'entropy',
  information: 'mutual information',
  confidence: 'largest probability',
  energy: 'energy',
};

/** A Gaussian process with a fitted RBF kernel and white noise on the same kind of data without a gap (scikit-learn 1.9.1). */
const gaussianProcess: Readonly<Record<string, string>> = {
  inside: '100, 0.40',
  'at the edge': '88, 0.60',
  outside: '89, 3.71',
};

/** The conclusions from the networks so far. */
export function concludeUncertainty(
  results: readonly UncertaintyResult[],
  { data, trainingImages, trials, foreign }: UncertaintyCircumstances,
): Findings {
  const images = results.filter((result) => result.part === 'images');
  const numbers = results.filter((result) => result.part === 'regression');
  const missing = trials - results.length;
  return {
    title: 'Uncertainty, in distribution and out of it',
    sentences: [
      ...(missing > 0 ? [`${missing} of ${trials} networks are missing, so these results are preliminary.`] : []),
      ...(images.length > 0 ? imageSentences(images) : []),
      ...(numbers.length > 0 ? regressionSentences(numbers) : []),
      'Ovadia et al. (2019) compare such methods under rotation with LeNet on 60,000 digits, and find ensembles the most robust; that is another experiment.',
    ],
    tables: [
      qualityTable(images, trainingImages),
      turnedTable(images),
      ...alarms.map((alarm) => foreignTable(images, alarm, foreign)),
      regressionTable(numbers),
      outsideTable(numbers),
    ],
    charts: [turnedChart(images, 'error', 'error (%)'), turnedChart(images, 'ece', 'calibration error (%)')],
    data: { data, trainingImages, missing, images: imageJson(images), regression: regressionJson(numbers), results },
  };
}

/** The results of each method that has some, in the order of the methods. */
function byMethod<Result extends UncertaintyResult>(
  names: readonly Result['method'][],
  results: readonly Result[],
): readonly (readonly [Result['method'], readonly Result[]])[] {
  return names.flatMap((name) => {
    const own = results.filter(({ method }) => method === name);
    return own.length === 0 ? [] : [[name, own] as const];
  });
}

const over = <Result>(results: readonly Result[], of: (result: Result) => number) => summarize(results.map(of));

/** The method with the least mean. */
function least<Name, Result>(
  methods: readonly (readonly [Name, readonly Result[]])[],
  of: (result: Result) => number,
): { readonly name: Name; readonly mean: number } {
  const means = methods.map(([name, own]) => ({ name, mean: over(own, of).mean }));
  return means.reduce((best, one) => (one.mean < best.mean ? one : best));
}

function imageSentences(results: readonly ImageResult[]): string[] {
  const methods = byMethod(imageMethodNames, results);
  const label = (name: ImageMethodName) => imageMethod(name).label;
  const [nll, ece] = [least(methods, (one) => one.nll), least(methods, (one) => one.ece)];
  const far = results[0].turned.at(-1)?.degrees ?? 0;
  const turned = least(methods, (one) => one.turned.at(-1)?.nll ?? 0);
  return [
    `On test images the NLL is least for ${label(nll.name)} (${nll.mean.toFixed(3)} nats), the calibration error for ${label(ece.name)} (${ece.mean.toFixed(1)} %).`,
    `Turned by ${far}°, where labels mean little, the NLL is least for ${label(turned.name)} (${turned.mean.toFixed(2)} nats).`,
  ];
}

function regressionSentences(results: readonly RegressionResult[]): string[] {
  const outside = placeNames.indexOf('outside');
  const holding = byMethod(regressionMethodNames, results).flatMap(([name, own]) => {
    const coverage = over(own, ({ places }) => places[outside].coverage).mean;
    return coverage < 90 ? [] : [`${regressionMethod(name).label} (${coverage.toFixed(0)} %)`];
  });
  return [
    holding.length === 0
      ? 'One data width outside the data no method has nine tenths of the truth in its 95 % intervals.'
      : `One data width outside the data at least nine tenths of the truth are in the 95 % intervals of ${holding.join(' and ')}.`,
  ];
}

function qualityTable(results: readonly ImageResult[], trainingImages: number): Table {
  return {
    title: 'On test images',
    columns: ['method', 'error (%)', 'NLL (nats)', 'Brier', 'ECE (%)', 'ECE, equal mass (%)', 'AURC × 1000'],
    rows: byMethod(imageMethodNames, results).map(([name, own]) => [
      imageMethod(name).label,
      spread(over(own, ({ error }) => error)),
      spread(
        over(own, ({ nll }) => nll),
        3,
      ),
      spread(
        over(own, ({ brier }) => brier),
        3,
      ),
      spread(over(own, ({ ece }) => ece)),
      spread(over(own, ({ massEce }) => massEce)),
      spread(
        over(own, ({ riskCoverage }) => riskCoverage),
        1,
      ),
    ]),
    note: `Mean ± standard deviation over seeds. ${trainingImages.toLocaleString('en')} training images. AURC: area under the risk-coverage curve of the entropy.`,
  };
}

function turnedTable(results: readonly ImageResult[]): Table {
  const degrees = results[0]?.turned.map((one) => one.degrees) ?? [];
  return {
    title: 'On turned test images: NLL in nats, and calibration error in %',
    columns: ['method', ...degrees.map((each) => `${each}°`)],
    rows: byMethod(imageMethodNames, results).map(([name, own]) => [
      imageMethod(name).label,
      ...degrees.map((_, i) => {
        const [nll, ece] = [over(own, ({ turned }) => turned[i].nll), over(own, ({ turned }) => turned[i].ece)];
        return `${nll.mean.toFixed(2)}, ${ece.mean.toFixed(1)}`;
      }),
    ]),
  };
}

function foreignTable(
  results: readonly ImageResult[],
  alarm: (typeof alarms)[number],
  kinds: readonly string[],
): Table {
  return {
    title: `Foreign images told from test images by ${alarmNames[alarm]}`,
    columns: ['method', ...kinds],
    rows: byMethod(imageMethodNames, results).map(([name, own]) => [
      imageMethod(name).label,
      ...kinds.map((_, i) => {
        const area = over(own, ({ foreign }) => foreign[i][alarm].auroc);
        const rate = over(own, ({ foreign }) => foreign[i][alarm].falsePositives);
        return `${area.mean.toFixed(2)}, ${rate.mean.toFixed(0)} %`;
      }),
    ]),
    note: 'Area under the ROC curve, and the share of test images for which an alarm rings that finds 95 % of the foreign ones. Networks without noise have no mutual information.',
  };
}

function regressionTable(results: readonly RegressionResult[]): Table {
  return {
    title: 'Regression: share of the truth in 95 % intervals (%), and their width',
    columns: ['method', ...placeNames],
    rows: [
      ...byMethod(regressionMethodNames, results).map(([name, own]) => [
        regressionMethod(name).label,
        ...placeNames.map((_, i) => {
          const [held, width] = [
            over(own, ({ places }) => places[i].coverage),
            over(own, ({ places }) => places[i].width),
          ];
          return `${held.mean.toFixed(0)}, ${width.mean.toFixed(2)}`;
        }),
      ]),
      ['Gaussian process, no gap', ...placeNames.map((place) => gaussianProcess[place] ?? '–')],
    ],
    note: 'sin 2x with noise of 0.1 on [−2, 2] without (0.2, 0.9); the edge is half a unit on each side, outside as far as the data are wide.',
  };
}

function outsideTable(results: readonly RegressionResult[]): Table {
  const outside = placeNames.indexOf('outside');
  return {
    title: 'Regression outside the data',
    columns: ['method', 'RMSE', 'CRPS', 'interval score'],
    rows: byMethod(regressionMethodNames, results).map(([name, own]) => [
      regressionMethod(name).label,
      spread(over(own, ({ places }) => places[outside].rmse)),
      spread(over(own, ({ places }) => places[outside].crps)),
      spread(over(own, ({ places }) => places[outside].intervalScore)),
    ]),
    note: 'Less is better. A method that knew nothing but mean and deviation of a sine, N(0, ½), has a CRPS of 0.44 and an interval score of 3.08.',
  };
}

/** The methods that charts show: more lines could not be told apart. */
const charted: readonly ImageMethodName[] = [
  'none',
  'temperature',
  'bernoulli',
  'variational-a',
  'sparse',
  'laplace',
  'ensemble',
];

function turnedChart(results: readonly ImageResult[], key: 'error' | 'ece', label: string): Chart {
  return {
    title: key === 'error' ? 'Error of turned images' : 'Calibration error of turned images',
    x: { label: 'degrees' },
    y: { label },
    series: byMethod(charted, results).map(([name, own]) => ({
      name: imageMethod(name).label,
      points: [
        { x: 0, y: over(own, (one) => one[key]).mean },
        ...own[0].turned.map(({ degrees }, i) => ({ x: degrees, y: over(own, ({ turned }) => turned[i][key]).mean })),
      ],
    })),
  };
}

function imageJson(results: readonly ImageResult[]) {
  return byMethod(imageMethodNames, results).map(([method, own]) => ({
    method,
    error: summaryToJson(over(own, ({ error }) => error)),
    nll: summaryToJson(over(own, ({ nll }) => nll)),
    brier: summaryToJson(over(own, ({ brier }) => brier)),
    ece: summaryToJson(over(own, ({ ece }) => ece)),
  }));
}

function regressionJson(results: readonly RegressionResult[]) {
  return byMethod(regressionMethodNames, results).map(([method, own]) => ({
    method,
    places: placeNames.map((place, i) => ({
      place,
      coverage: summaryToJson(over(own, ({ places }) => places[i].coverage)),
      width: summaryToJson(over(own, ({ places }) => places[i].width)),
      intervalScore: summaryToJson(over(own, ({ places }) => places[i].intervalScore)),
      crps: summaryToJson(over(own, ({ places }) => places[i].crps)),
    })),
  }));
}
