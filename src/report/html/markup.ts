import {plain} from '../plain.ts';

/** Text that is HTML already. Made by `html` and `raw` alone, so that whatever comes from data is escaped. */
export interface Markup {
  readonly markup: string;
}

export type Content = Markup | string | number | null | false | readonly Content[];

/** A template whose values are escaped, but for those that are markup. null and false are nothing. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return raw(strings.reduce((text, string, index) => text + render(values[index - 1] ?? null) + string));
}

/** Text that is trusted: styles, scripts and pictures of our own making. */
export const raw = (markup: string): Markup => ({markup});

export const NOTHING: Markup = raw('');

function render(content: Content): string {
  if (content === null || content === false) return '';
  if (typeof content === 'string' || typeof content === 'number') return escapeHtml(String(content));
  return 'markup' in content ? content.markup : content.map(render).join('');
}

/** For text and for quoted attributes. Controls and bidirectional overrides go, line breaks stay. */
export function escapeHtml(text: string): string {
  return text
    .split('\n')
    .map((line) => plain(line).replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`))
    .join('\n');
}

/** JSON for a script element that is not run. Nothing in it can end the element or begin a comment. */
export const jsonForScript = (value: unknown): Markup =>
  raw(
    JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
