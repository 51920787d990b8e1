/** The pages of the repository, and what stands in them as code. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const FOLDERS = ['docs', 'examples', 'src'];

export interface Document {
  /** From the root, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** Every page that is read by people: those at the root, and those below the folders named. */
export function documents(): Document[] {
  const below = FOLDERS.filter((folder) => existsSync(join(ROOT, folder))).flatMap((folder) => readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`));
  const paths = [...readdirSync(ROOT), ...below].filter((path) => path.endsWith('.md') && !path.includes('node_modules'));
  return paths.sort().map((path) => document(path));
}

export const document = (path: string): Document => ({ path, text: readFileSync(join(ROOT, path), 'utf8') });

export interface Block {
  readonly path: string;
  /** The number of its first line. */
  readonly line: number;
  /** What stands after the fence: `yaml slipway.yaml`. */
  readonly info: string;
  readonly text: string;
}

export function fencedBlocks({ path, text }: Document): Block[] {
  return [...text.matchAll(/^```([^\n]*)\n([^]*?)^```$/gm)].map((match) => ({ path, line: text.slice(0, match.index).split('\n').length + 1, info: match[1] ?? '', text: match[2] ?? '' }));
}

/** Code as a reader sees it, line by line: fenced and indented blocks, and spans within a line. */
export function codeLines({ text, path }: Document): string[] {
  const fenced = fencedBlocks({ path, text }).flatMap((block) => block.text.split('\n'));
  const rest = text.replaceAll(/^```[^\n]*\n[^]*?^```$/gm, '').split('\n');
  const indented = rest.filter((line) => line.startsWith('    '));
  const spans = rest.filter((line) => !line.startsWith('    ')).flatMap((line) => [...line.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''));
  return [...fenced, ...indented, ...spans];
}

/** The text without code, in which links are looked for. */
export const prose = ({ text }: Document): string => text.replaceAll(/^```[^\n]*\n[^]*?^```$/gm, '').replaceAll(/^ {4}.*$/gm, '').replaceAll(/`[^`\n]*`/g, (code) => '_'.repeat(code.length));

/** A heading as GitHub names its anchor. */
export const anchors = ({ text }: Document): Set<string> => new Set([...text.replaceAll(/^```[^\n]*\n[^]*?^```$/gm, '').matchAll(/^#{1,6} +(.+)$/gm)].map(([, heading = '']) => heading.trim().toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-')));
