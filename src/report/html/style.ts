import {ROW_COLOURS} from '../figures/palette.ts';

const variables = (scheme: 'light' | 'dark'): string =>
  ROW_COLOURS.map((colour) => `${colour.name}:${colour[scheme]}`).join(';');

const LIGHT = `color-scheme:light;--ground:#fff;--panel:#f6f8fa;--ink:#1b1f24;--quiet:#59636e;--hair:#d8dee4;--faint:#c4ccd4;--link:#0a5aa8;--good:#0b6b4f;--warn:#7a4d00;--warn-ground:#fff6e0;--warn-edge:#e0b252;--bad:#a4262c;${variables('light')}`;
const DARK = `color-scheme:dark;--ground:#0f1317;--panel:#171c22;--ink:#e4e8ec;--quiet:#9aa5b1;--hair:#2b333b;--faint:#47515c;--link:#7fc0ff;--good:#4fd1a5;--warn:#f2cc7a;--warn-ground:#2a2210;--warn-edge:#8a6a1f;--bad:#ff8f8f;${variables('dark')}`;

/** The page's one style sheet. Colours are variables, so that figures follow the scheme; paper is always light. */
export const STYLE = `
:root{${LIGHT}}
@media (prefers-color-scheme:dark){:root:not([data-theme=light]){${DARK}}}
:root[data-theme=dark]{${DARK}}
*,*::before,*::after{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%;scroll-padding-top:1rem;scroll-behavior:smooth}
body{margin:0;background:var(--ground);color:var(--ink);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:break-word}
.page{max-width:76rem;margin:0 auto;padding:2.5rem 1.5rem 5rem}
a{color:var(--link);text-underline-offset:.18em}
:focus-visible{outline:2px solid var(--link);outline-offset:2px;border-radius:3px}
.skip{position:absolute;left:-999px}.skip:focus{left:1rem;top:.5rem;background:var(--ground);padding:.4rem .8rem;z-index:9}
.hidden-words{position:absolute;width:1px;height:1px;margin:-1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
html:not(.js) .only-scripts,html:not(.js) .copy{display:none}
h1{font-size:1.9rem;line-height:1.2;letter-spacing:-.015em;margin:.2rem 0 .6rem;text-wrap:balance}
h2{font-size:1.35rem;line-height:1.25;letter-spacing:-.01em;margin:0 0 .9rem}
h3{font-size:1.02rem;margin:2rem 0 .5rem}
h4{font-size:.92rem;margin:1.2rem 0 .4rem}
p{margin:.5rem 0 .9rem;max-width:46rem}
section{margin-top:3.2rem;padding-top:1.6rem;border-top:1px solid var(--hair)}
#verdict{border-top:0;margin-top:1.6rem;padding-top:0}
sub{font-size:.72em;line-height:0;vertical-align:-.22em}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.86em}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--panel);padding:.8rem 1rem;border-radius:6px;margin:.5rem 0}
.quiet,.note,.under,.none,.eyebrow,.unit{color:var(--quiet)}
.note{font-size:.86rem;max-width:52rem}ul.note{padding-left:1.1rem;margin:.6rem 0 0}ul.note li{margin:.15rem 0}
.eyebrow{font-size:.82rem;letter-spacing:.04em;margin:0}
header .meta{display:flex;flex-wrap:wrap;gap:.2rem 1.4rem;font-size:.9rem;color:var(--quiet);margin:0}
header{display:grid;grid-template-columns:1fr auto;gap:0 1.5rem;align-items:start}
header>*{min-width:0}header .meta{grid-column:1/-1;max-width:none}
.theme{border:0;margin:0;padding:0;font-size:.84rem;color:var(--quiet)}
.theme select,.panelled select,select{font:inherit;color:var(--ink);background:var(--panel);border:1px solid var(--hair);border-radius:6px;padding:.25rem .5rem}
.contents{margin-top:1.6rem;border-block:1px solid var(--hair);padding:.55rem 0}
.contents ol{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1.3rem;margin:0;padding:0;font-size:.92rem}
.contents a{text-decoration:none}.contents a:hover{text-decoration:underline}
.lead{font-size:1.16rem;line-height:1.5;max-width:48rem;margin:.4rem 0 .7rem;text-wrap:pretty}
.prose{padding-left:1.15rem;max-width:50rem;margin:.4rem 0}.prose li{margin:.4rem 0;font-size:.93rem;line-height:1.5}
.warning{border:1px solid var(--warn-edge);border-left-width:5px;background:var(--warn-ground);border-radius:6px;padding:.7rem 1rem;margin:1.4rem 0 0}
.warning p{margin:.2rem 0;max-width:none}.warning strong{color:var(--warn)}
.key{white-space:nowrap;margin-right:1rem;font-size:.88rem;color:var(--quiet)}.key svg{vertical-align:-1px}
.key-line{margin:.2rem 0 0 .3rem}
.scroll{position:relative;overflow-x:auto;margin:.8rem 0;max-width:100%;scrollbar-width:thin}
table.data{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums lining-nums;line-height:1.35}
.data th,.data td{padding:.45rem .9rem .45rem 0;text-align:left;vertical-align:baseline;border-bottom:1px solid var(--hair)}
.data th:last-child,.data td:last-child{padding-right:.2rem}
.data thead th{font-weight:600;border-bottom:1px solid var(--quiet);vertical-align:bottom;white-space:nowrap}
.data thead .under{font-weight:400}
.data tbody th{font-weight:600;min-width:8.5rem;max-width:17rem}
.data .number{text-align:right;padding-left:.9rem;white-space:nowrap}
.data .strong{font-weight:600}
.data .under{display:block;font-size:.8rem;font-weight:400;line-height:1.35;margin-top:.1rem}
.data td .under{white-space:nowrap}
.data .reference{background:var(--panel)}
.data .reference th{padding-left:.6rem}.data.results thead th:first-child,.data.results .unlearned th{padding-left:.6rem}
.results tbody tr.reference+tr.unlearned>*{border-top:1px solid var(--quiet)}
.spread{display:inline-block;min-width:3.5em;text-align:left;padding-left:.35em;color:var(--quiet)}
.mark{display:inline-block;width:1.1em;text-align:right;font-size:.8em}
.beyond{color:var(--ink)}.within{color:var(--quiet)}
.nearest{color:var(--good);font-weight:600!important}
.tag{font-size:.72rem;font-weight:400;color:var(--quiet);border:1px solid var(--hair);border-radius:99px;padding:.05rem .5rem;white-space:nowrap}
.arrow{color:var(--quiet);font-weight:400}
a.origin{color:inherit;text-decoration:none;border-radius:4px;padding:.12rem 0}
a.origin:hover{color:var(--link);text-decoration:underline}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,27rem),1fr));gap:1.8rem 2rem;margin-top:1.2rem}
figure{margin:0;min-width:0}figcaption .quiet{font-weight:400;margin-left:.4em}.choose{margin:1.8rem 0 0}.choose+.panel h3,.panel h3{margin-top:1.2rem}figcaption{font-weight:600;font-size:.95rem;margin-bottom:.4rem}
.figure{position:relative;min-width:0}.figure svg{display:block;max-width:100%;height:auto;overflow:visible}
figure details{margin-top:.3rem}
.legend{display:flex;flex-wrap:wrap;gap:.35rem .4rem;margin:1rem 0 .4rem}
.legend button{font:inherit;font-size:.85rem;display:inline-flex;align-items:center;gap:.45rem;color:var(--ink);background:none;border:1px solid var(--hair);border-radius:99px;padding:.15rem .75rem .15rem .5rem;cursor:pointer}
.legend button.all{padding-left:.75rem;color:var(--link);border-color:transparent}
.legend button:hover{border-color:var(--quiet)}
.legend button[aria-pressed=false]{color:var(--quiet);text-decoration:line-through}.legend button[aria-pressed=false] svg{opacity:.25}
html:not(.js) .legend button{border-color:transparent;cursor:default}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,25rem),1fr));gap:1rem 2.5rem}.pair>*{min-width:0}
.bar{fill:var(--row-1)}.bar-ground{fill:var(--hair)}.bar-mark{stroke:var(--ink);stroke-width:2}
dl.facts,dl.params{display:grid;grid-template-columns:minmax(7rem,max-content) minmax(0,1fr);gap:.35rem 1.4rem;margin:.8rem 0;font-size:.92rem;max-width:60rem}
dl.facts dt,dl.params dt{color:var(--quiet)}dl.facts dd,dl.params dd{margin:0;overflow-wrap:anywhere}
dl.params{gap:.15rem 1.4rem;font-size:.88rem}
.formula{font-family:"STIX Two Math","Cambria Math",Cambria,Georgia,serif;font-size:1.05em}
dd .formula,dd>.quiet{display:block}
details{margin:.4rem 0}summary{cursor:pointer;padding:.3rem 0;color:var(--link)}
summary:hover{text-decoration:underline}
#runs>details{border-bottom:1px solid var(--hair);margin:0}#runs>details>summary{color:var(--ink);padding:.6rem 0;display:flex;gap:.9rem;align-items:baseline;flex-wrap:wrap}
#runs>details>summary::before{content:"▸";color:var(--quiet);width:.8em}#runs>details[open]>summary::before{content:"▾"}
#runs>details[open]{padding-bottom:1.4rem}#runs>details>summary .right{margin-left:auto;font-variant-numeric:tabular-nums}
#runs details h3{margin-top:1.1rem}
.tasks .key,.tasks .task-command,.long code{overflow-wrap:anywhere}.tasks .task-command{display:block;color:var(--quiet);margin-top:.15rem}
.data .long{min-width:24rem}
.tasks tr:target>*,.tasks tr:focus>*{background:var(--warn-ground)}
.tasks time{white-space:nowrap}.artefact{display:block;white-space:nowrap}
.command{display:flex;gap:.6rem;align-items:flex-start;background:var(--panel);border:1px solid var(--hair);border-radius:6px;padding:.55rem .6rem .55rem .9rem;margin:.5rem 0 1rem;max-width:60rem}
.command code{flex:1;min-width:0;overflow-wrap:anywhere;white-space:pre-wrap;padding-top:.1rem}
button.copy{font:inherit;font-size:.8rem;color:var(--ink);background:var(--ground);border:1px solid var(--hair);border-radius:5px;padding:.1rem .6rem;cursor:pointer}
.failure{border-left:3px solid var(--bad);padding-left:1rem;margin:1rem 0}.failure h3{margin:0}.failure h3 code{color:var(--bad)}
.message{white-space:pre-wrap;font-weight:500;margin:.3rem 0}.hint{margin:.2rem 0}
dialog{width:min(46rem,calc(100vw - 1.5rem));max-height:calc(100dvh - 2rem);padding:0;border:1px solid var(--hair);border-radius:10px;background:var(--ground);color:var(--ink);box-shadow:0 12px 48px rgb(0 0 0/.28)}
dialog::backdrop{background:rgb(10 14 18/.45)}
dialog>div{padding:1.4rem 1.6rem 1.2rem;overflow-wrap:break-word}dialog h2{margin:0;padding-right:4.5rem}dialog h2:focus{outline:0}dialog h3{margin:1.3rem 0 .4rem;font-size:.95rem}
dialog .big{font-size:1.7rem;line-height:1.2;margin:.5rem 0 .2rem;font-variant-numeric:tabular-nums}dialog .big .spread{min-width:0}
.unit{font-size:1rem}.dot{color:var(--quiet);font-weight:400}
dialog .close{position:absolute;top:1rem;right:1.1rem;font:inherit;font-size:.85rem;color:var(--ink);background:var(--panel);border:1px solid var(--hair);border-radius:6px;padding:.2rem .8rem;cursor:pointer}
.tip{position:fixed;z-index:8;pointer-events:none;background:var(--ground);color:var(--ink);border:1px solid var(--hair);border-radius:6px;padding:.35rem .6rem;font-size:.82rem;line-height:1.4;box-shadow:0 3px 12px rgb(0 0 0/.18);max-width:18rem;font-variant-numeric:tabular-nums}
.tip b{font-weight:600}.tip span{color:var(--quiet);margin-right:.5em}
footer{margin-top:3.5rem;padding-top:1rem;border-top:1px solid var(--hair);font-size:.84rem;color:var(--quiet)}
@media (max-width:40rem){.row-note{display:none}.page{padding:1.2rem 1rem 3rem}h1{font-size:1.5rem}header{grid-template-columns:1fr}.theme{margin-top:.6rem;order:3}.data tbody th,.data thead th:first-child{position:sticky;left:0;background:var(--ground);z-index:1}.data .reference th{background:var(--panel)!important}.lead{font-size:1.05rem}dl.facts,dl.params{grid-template-columns:1fr;gap:0}dl.facts dd,dl.params dd{margin:0 0 .5rem}.data tbody th{min-width:6.5rem}dialog>div{padding:1rem}}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
@media (forced-colors:active){.data .reference{background:none}}
`;

/** Paper: light, everything open, nothing cut that can stay whole. Under `@media print` on a page for screens, at once on one made for printing. */
export const PRINT_STYLE = `
:root,:root:not([data-theme=light]),:root[data-theme=dark]{${LIGHT}}
html{font-size:9.4pt}
.page{max-width:none;padding:0}
.skip,.theme,.copy,.only-scripts,.contents,dialog,.legend .all,.tip{display:none!important}
.panel[hidden]{display:block!important}
details::details-content{content-visibility:visible!important;display:block!important;block-size:auto!important}
details>summary{list-style:none;color:var(--ink);font-weight:600}
#runs>details>summary::before{content:none!important}
section{margin-top:1.6rem;padding-top:1rem}
h1,h2,h3,h4,figcaption,summary,thead{break-after:avoid}
h2+p,section>p:has(+.legend),.legend{break-after:avoid}
tr,figure,.panel,.failure,.command,.warning,dt,.pair>div{break-inside:avoid}
thead{display:table-header-group}
p,li{orphans:3;widows:3}
.scroll{overflow:visible;margin:.5rem 0}
table.data{font-size:8.2pt;max-width:100%}
.data th,.data td{padding-block:.28rem;padding-right:.5rem}.data .number{padding-left:.4rem}
.data .long{min-width:0}.tasks{font-size:7pt!important}
.charts,.pair{grid-template-columns:1fr 1fr;gap:1rem 1.2rem}
.charts figure details,.charts figure summary{display:none}
.legend button{border-color:transparent!important;padding-left:0}
a,a.origin{color:inherit;text-decoration:none}
.data .reference,.command{print-color-adjust:exact;-webkit-print-color-adjust:exact}
`;

export const PAGE_BOX = `@page{size:A4;margin:16mm 15mm 18mm;@bottom-right{content:counter(page) " / " counter(pages);font:8pt system-ui,sans-serif;color:#59636e}}`;
