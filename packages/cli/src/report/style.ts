/** Style sheet of the report: light and dark by the reader's setting, one column on a phone. No web font, no image. */
export const reportStyle = `
:root {
  color-scheme: light dark;
  --page: #f7f7f5; --card: #ffffff; --ink: #1c1e21; --muted: #6b7077; --rule: #e2e3e0; --accent: #2563a8;
  --right: #1d7d46; --wrong: #c0362c;
  --series-1: #2b6cb0; --series-2: #d9761a; --series-3: #2f8f5b; --series-4: #9a4fb5; --series-5: #c2410c; --series-6: #64748b; --series-7: #0e8a94;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #131517; --card: #1c1f23; --ink: #e6e7e9; --muted: #989ea6; --rule: #30343a; --accent: #7db4ee;
    --right: #63c28c; --wrong: #f08a80;
    --series-1: #6aaef0; --series-2: #f2a65a; --series-3: #6cc995; --series-4: #c792ea; --series-5: #ff8f66; --series-6: #a3b0c2; --series-7: #56c8d0;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; -webkit-text-size-adjust: 100%; }
main { max-width: 1120px; margin: 0 auto; padding: 36px 24px 64px; }
header p { margin: 4px 0 0; color: var(--muted); }
h1 { margin: 0; font-size: 28px; line-height: 1.2; letter-spacing: -0.01em; }
h2 { margin: 44px 0 4px; font-size: 19px; line-height: 1.3; }
h2 + p { margin: 0 0 14px; color: var(--muted); max-width: 76ch; }
.interrupted { margin: 18px 0 0; padding: 10px 14px; border-left: 4px solid var(--series-2); background: var(--card); border-radius: 4px; }
.tiles { display: flex; flex-wrap: wrap; gap: 1px; margin: 24px 0 0; padding: 0; background: var(--rule); border: 1px solid var(--rule); border-radius: 10px; overflow: hidden; }
.tiles > div { flex: 1 1 106px; padding: 14px 14px 12px; background: var(--card); }
.tiles dt { font-size: 12.5px; color: var(--muted); }
.tiles dd { margin: 2px 0 0; font-size: 21px; line-height: 1.25; font-weight: 600; font-variant-numeric: tabular-nums; white-space: nowrap; }
.tiles small { display: block; font-size: 11.5px; font-weight: 400; color: var(--muted); white-space: normal; }
.tiles > div:first-child { flex: 2 1 213px; }
.tiles > div:first-child dd { font-size: 32px; line-height: 1.15; color: var(--accent); }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 310px), 1fr)); gap: 16px; margin-top: 14px; }
figure { display: flex; flex-direction: column; margin: 0; padding: 14px 14px 10px; background: var(--card); border: 1px solid var(--rule); border-radius: 10px; min-width: 0; }
figcaption { font-weight: 600; }
figcaption span { margin-left: 4px; font-weight: 400; font-size: 13px; color: var(--muted); }
figure svg { display: block; width: 100%; max-width: 440px; height: auto; margin: auto auto 0; padding-top: 4px; overflow: visible; }
figure svg text { white-space: pre; }
.legend { margin: 2px 0 4px; font-size: 12.5px; line-height: 1.45; color: var(--muted); }
.single { margin: 18px 0 20px; font-size: 21px; font-variant-numeric: tabular-nums; text-align: center; overflow-wrap: anywhere; }
.key { display: inline-block; width: 14px; height: 3px; margin: 0 5px 3px 0; border-radius: 2px; vertical-align: middle; }
.key:not(:first-child) { margin-left: 12px; }
.entry { margin-right: 12px; white-space: nowrap; }
.pairs { grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); }
.pairs figure svg { margin-top: 8px; }
.key[style] { background: var(--key); }
.key.published { background: repeating-linear-gradient(90deg, var(--key) 0 4px, transparent 4px 7px); opacity: 0.75; }
.series-1 { background: var(--series-1); } .series-2 { background: var(--series-2); } .series-3 { background: var(--series-3); } .series-4 { background: var(--series-4); }
.series-5 { background: var(--series-5); } .series-6 { background: var(--series-6); } .series-7 { background: var(--series-7); }
.pixels { display: block; image-rendering: pixelated; object-fit: contain; height: auto; }
.map { display: grid; grid-template-columns: minmax(0, 320px) minmax(0, 1fr); gap: 6px 28px; margin-top: 14px; padding: 16px; align-items: center; }
.map .pixels { width: 100%; border-radius: 6px; }
.map svg { max-width: 320px; margin: 14px 0 6px; }
.map p { margin: 0 0 8px; max-width: 52ch; color: var(--muted); }
.map dl { display: flex; gap: 28px; margin: 12px 0 0; }
.map dt { font-size: 12.5px; color: var(--muted); }
.map dd { margin: 0; font-size: 17px; font-weight: 600; font-variant-numeric: tabular-nums; }
.absent { margin: 12px 0; padding: 14px 16px; background: var(--card); border: 1px dashed var(--rule); border-radius: 10px; color: var(--muted); max-width: 76ch; }
.scroll { margin-top: 14px; overflow-x: auto; background: var(--card); border: 1px solid var(--rule); border-radius: 10px; }
table { width: 100%; border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; }
th, td { padding: 8px 14px; text-align: right; white-space: nowrap; }
th:first-child { text-align: left; }
thead th { font-weight: 500; font-size: 12.5px; color: var(--muted); border-bottom: 1px solid var(--rule); }
tbody th { font-weight: 600; }
tbody tr + tr > * { border-top: 1px solid var(--rule); }
td b { color: var(--accent); }
.configuration { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 240px), 1fr)); column-gap: 28px; margin: 10px 0 0; }
.configuration div { display: flex; justify-content: space-between; gap: 12px; padding: 5px 0; border-bottom: 1px solid var(--rule); font-size: 14px; }
.configuration dt { color: var(--muted); white-space: nowrap; }
.configuration dd { margin: 0; text-align: right; overflow-wrap: anywhere; }
.uncertain fieldset { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 0 0 12px; padding: 0; border: 0; font-size: 14px; }
.uncertain legend { float: left; margin-right: 16px; padding: 0; color: var(--muted); }
.uncertain input { accent-color: var(--accent); }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 12px; }
.card { order: var(--entropy); padding: 10px; background: var(--card); border: 1px solid var(--rule); border-radius: 10px; }
.uncertain:has(#by-information:checked) .card { order: var(--information); }
.card.not-by-entropy { display: none; }
.uncertain:has(#by-information:checked) .card { display: block; }
.uncertain:has(#by-information:checked) .card.not-by-information { display: none; }
.card .pixels { width: 84px; margin: 0 auto; border-radius: 4px; }
.verdict { margin: 6px 0 2px; font-size: 13px; text-align: center; color: var(--muted); }
.verdict b { font-size: 15px; }
.right { color: var(--right); } .wrong { color: var(--wrong); }
.bars { display: flex; gap: 2px; height: 58px; border-bottom: 0; }
.bar { flex: 1; display: flex; flex-direction: column; justify-content: flex-end; min-width: 0; text-align: center; }
.bar i { display: block; min-height: 1px; background: var(--muted); opacity: 0.65; border-radius: 1px 1px 0 0; }
.bar.is-label i { background: var(--right); opacity: 1; } .bar.is-wrong i { background: var(--wrong); opacity: 1; }
.bar small { flex: none; height: 14px; font-size: 10px; line-height: 14px; color: var(--muted); }
.bar i { flex: none; height: calc(var(--share) * 44px); }
.card dl { display: grid; grid-template-columns: 1fr auto; margin: 6px 0 0; font-size: 11.5px; line-height: 1.45; color: var(--muted); font-variant-numeric: tabular-nums; }
.card dd { margin: 0; }
/* Tables of many columns. */
.scroll:has(thead th:nth-child(9)) :is(th, td) { padding-left: 8px; padding-right: 8px; font-size: 13px; }
h3 { margin: 26px 0 0; font-size: 15px; }
h3 + .scroll { margin-top: 8px; }
.findings { margin: 8px 0 0; padding-left: 20px; max-width: 84ch; }
.findings li { margin: 4px 0; }
.note { margin: 8px 0 0; font-size: 13px; color: var(--muted); max-width: 96ch; }
details { margin-top: 22px; }
summary { cursor: pointer; color: var(--muted); font-size: 14px; }
.text { display: block; text-align: left; }
footer { margin-top: 48px; padding-top: 14px; border-top: 1px solid var(--rule); font-size: 12.5px; color: var(--muted); max-width: none; }
footer p { margin: 0 0 6px; max-width: 90ch; }
@media (max-width: 560px) {
  main { padding: 24px 14px 40px; }
  h1 { font-size: 23px; }
  .tiles > div { flex-basis: 40%; }
  .tiles > div:first-child { flex-basis: 100%; }
  .cards { grid-template-columns: repeat(2, 1fr); }
  .map { grid-template-columns: 1fr; }
  .map .pixels { max-width: 320px; margin: 0 auto; }
  th, td { padding: 7px 10px; }
}
@media print { .card, figure { break-inside: avoid; } .uncertain fieldset { display: none; } }
`;
