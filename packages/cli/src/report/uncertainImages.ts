import { percent, significant } from './format.js';
import { html, type Markup, trusted } from './html.js';
import { greyUri } from './png.js';
import type { UncertainImage } from './trainingReport.js';

/** Images shown. */
const shown = 24;

/** Largest number of classes on a card; the most probable are shown. */
const mostBars = 10;

/** @returns cards of the most uncertain images, which the reader can order by entropy or by mutual information. */
export function uncertainImages(images: readonly UncertainImage[]): Markup {
  if (images.length === 0) return html`<p class="absent">No test image was evaluated.</p>`;
  const byEntropy = rank(images, (image) => image.entropy);
  const byInformation = rank(images, (image) => image.mutualInformation);
  const cards = images
    .map((image, index) => ({ image, entropyRank: byEntropy[index], informationRank: byInformation[index] }))
    .sort((left, right) => left.entropyRank - right.entropyRank);
  return html`<div class="uncertain">
<fieldset><legend>Order by</legend>
<label><input type="radio" name="order" checked> predictive entropy</label>
<label><input type="radio" name="order" id="by-information"> mutual information</label></fieldset>
<div class="cards">${cards.map(({ image, entropyRank, informationRank }) => card(image, entropyRank, informationRank))}</div></div>`;
}

/** @returns the rank of each image, 0 for the largest measure. */
function rank(images: readonly UncertainImage[], measure: (image: UncertainImage) => number): number[] {
  const ranks = new Array<number>(images.length);
  images
    .map((image, index) => ({ index, value: measure(image) }))
    .sort((left, right) => right.value - left.value || left.index - right.index)
    .forEach(({ index }, position) => {
      ranks[index] = position;
    });
  return ranks;
}

function card(image: UncertainImage, entropyRank: number, informationRank: number): Markup {
  const right = image.predicted === image.label;
  const verdict = right
    ? html`<b class="right">${image.predicted}</b> right`
    : html`<b class="wrong">${image.predicted}</b> wrong, is ${image.label}`;
  const hidden = `${entropyRank >= shown ? ' not-by-entropy' : ''}${informationRank >= shown ? ' not-by-information' : ''}`;
  return html`<article class="card${hidden}" style="--entropy:${entropyRank};--information:${informationRank}">
<img class="pixels" src="${greyUri(image.image, image.width, image.height)}" width="${image.width}" height="${image.height}" alt="Test image ${image.index}, a ${image.label}">
<p class="verdict">${verdict}</p>
${bars(image)}
<dl><dt>entropy</dt><dd>${significant(image.entropy, 2)}</dd><dt title="mutual information">mutual inf.</dt><dd>${significant(image.mutualInformation, 2)}</dd><dt>image</dt><dd>${image.index}</dd></dl></article>`;
}

function bars({ probabilities, label, predicted }: UncertainImage): Markup {
  const likeliest = probabilities
    .map((probability, index) => ({ probability, index }))
    .sort((left, right) => right.probability - left.probability)
    .slice(0, mostBars)
    .sort((left, right) => left.index - right.index);
  return html`<div class="bars" role="img" aria-label="Probabilities: ${likeliest
    .map(({ probability, index }) => `${index}: ${percent(probability, 0)}`)
    .join(', ')}">${likeliest.map(({ probability, index }) => {
    const role = index === label ? ' is-label' : index === predicted ? ' is-wrong' : '';
    const share = trusted(Math.min(1, Math.max(0, probability)).toFixed(3));
    return html`<span class="bar${role}" title="${index}: ${percent(probability, 1)}"><i style="--share:${share}"></i><small>${index}</small></span>`;
  })}</div>`;
}
