/** Runs before anything is shown: without scripts the page is a document, with them it can be worked with. */
export const EARLY_SCRIPT = `(()=>{const r=document.documentElement;r.classList.add('js');try{const t=localStorage.getItem('imu-theme');if(t==='light'||t==='dark')r.dataset.theme=t}catch{}})()`;

/** The page's own script, for browsers. It makes elements from templates of the page and from text alone, never from markup in data. */
export const SCRIPT = `(() => {
'use strict';
const root = document.documentElement;
const all = (selector, from = document) => [...from.querySelectorAll(selector)];

// Colour scheme: the system's, unless somebody chose.
const theme = document.querySelector('#theme');
theme.value = root.dataset.theme ?? 'auto';
theme.addEventListener('change', () => {
  if (theme.value === 'auto') delete root.dataset.theme;
  else root.dataset.theme = theme.value;
  try { localStorage.setItem('imu-theme', theme.value); } catch {}
});

// Where a number comes from.
const dialog = document.querySelector('#origin');
const body = dialog.querySelector('div');
document.addEventListener('click', (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const link = event.target.closest('a[data-origin]');
  if (link !== null) {
    event.preventDefault();
    body.replaceChildren(document.getElementById(link.dataset.origin).content.cloneNode(true));
    const title = body.querySelector('h2');
    title.id = 'origin-title';
    dialog.showModal();
    title.focus();
    dialog.scrollTop = 0;
    return;
  }
  const task = event.target.closest('a.task, a[href^="#row-"]');
  if (task !== null) {
    event.preventDefault();
    dialog.close();
    reveal(task.getAttribute('href').slice(1));
    return;
  }
  if (event.target === dialog || event.target.closest('dialog .close') !== null) dialog.close();
  const copy = event.target.closest('button.copy');
  if (copy !== null) copyCommand(copy);
});
// A link to a number is a button to those who use the keyboard.
document.addEventListener('keydown', (event) => {
  if (event.key === ' ' && event.target.matches?.('a[data-origin]')) {
    event.preventDefault();
    event.target.click();
  }
});

function reveal(id) {
  const place = document.getElementById(id);
  if (place === null) return;
  for (let fold = place.closest('details'); fold !== null; fold = fold.parentElement.closest('details')) fold.open = true;
  place.scrollIntoView({block: 'center'});
  place.focus({preventScroll: true});
}
if (location.hash !== '') reveal(decodeURIComponent(location.hash.slice(1)));

async function copyCommand(button) {
  const code = button.parentElement.querySelector('code');
  try {
    await navigator.clipboard.writeText(code.textContent);
    button.textContent = 'Copied';
  } catch {
    getSelection().selectAllChildren(code);
    button.textContent = 'Selected';
  }
  setTimeout(() => { button.textContent = 'Copy'; }, 1500);
}

// One panel of several.
for (const select of all('select[data-panels]')) {
  const panels = all('[data-panel="' + select.dataset.panels + '"]');
  const show = () => { for (const panel of panels) panel.hidden = panel.id !== select.value; };
  select.addEventListener('change', show);
  show();
}

// Paper shows what is folded.
let folded = [];
addEventListener('beforeprint', () => {
  folded = all('details:not([open])');
  for (const fold of folded) fold.open = true;
});
addEventListener('afterprint', () => {
  for (const fold of folded) fold.open = false;
  folded = [];
});

// Figures: the picture is drawn again as a live view when it comes near.
const tip = document.createElement('div');
tip.className = 'tip';
tip.hidden = true;
document.body.append(tip);

function showTip(_handler, event, _item, value) {
  tip.hidden = value === null || value === undefined || typeof value !== 'object';
  if (tip.hidden) return;
  tip.replaceChildren(...Object.entries(value).map(([name, text]) => {
    const line = document.createElement('div');
    const [label, content] = [document.createElement('span'), document.createElement('b')];
    label.textContent = name;
    content.textContent = String(text);
    line.append(label, content);
    return line;
  }));
  const {width, height} = tip.getBoundingClientRect();
  const left = event.clientX + 14 + width > innerWidth ? event.clientX - width - 14 : event.clientX + 14;
  tip.style.left = Math.max(4, left) + 'px';
  tip.style.top = Math.max(4, Math.min(event.clientY + 12, innerHeight - height - 4)) + 'px';
}

const figures = JSON.parse(document.querySelector('#figures')?.textContent ?? '{}');
const views = new Map();
let hidden = [];
const expand = (rows) => rows.flatMap(({points, ...rest}) => points === undefined ? [rest] : points.map(([step, value]) => ({...rest, step, value})));

async function draw(box) {
  const {spec, data} = figures[box.dataset.figure];
  for (const set of spec.data) if (data[set.name] !== undefined) set.values = expand(data[set.name]);
  const holder = document.createElement('div');
  const view = new vega.View(vega.parse(spec), {renderer: 'svg', hover: true});
  view.tooltip(showTip);
  views.set(box, view);
  fit(box, view);
  hide(view);
  await view.initialize(holder).runAsync();
  box.replaceChildren(...holder.childNodes);
  box.dataset.live = '';
  new ResizeObserver(() => { if (box.clientWidth > 0 && fit(box, view)) view.runAsync(); }).observe(box);
}

function fit(box, view) {
  const width = Math.max(240, Math.floor(box.clientWidth) - 1);
  if (view.width() === width) return false;
  view.width(width);
  return true;
}

function hide(view) {
  try { view.signal('hidden', hidden); } catch { /* A figure without rows to hide. */ }
}

if (typeof vega !== 'undefined') {
  const near = new IntersectionObserver((entries) => {
    for (const {isIntersecting, target} of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      draw(target).catch((error) => console.error(error));
    }
  }, {rootMargin: '300px'});
  for (const box of all('[data-figure]')) near.observe(box);
}

const buttons = all('.legend button[data-row]');
for (const legend of all('.legend')) legend.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (button === null) return;
  if (button.dataset.show !== undefined) for (const each of buttons) each.ariaPressed = String(button.dataset.show === 'all');
  else button.ariaPressed = String(button.ariaPressed !== 'true');
  hidden = buttons.filter((each) => each.ariaPressed !== 'true').map((each) => each.dataset.row);
  for (const view of views.values()) { hide(view); view.runAsync(); }
});
})();
`;
