/** The language service of Amazon States Language as a function from text to findings. */
import { createRequire } from 'node:module';

interface Finding { readonly message: string; readonly range: { readonly start: { readonly line: number } } }
interface Service { parseJSONDocument(document: unknown): unknown; doValidation(document: unknown, json: unknown): Promise<Finding[]> }
interface Module { getLanguageService(options: object): Service; TextDocument: { create(uri: string, language: string, version: number, text: string): unknown } }

const { getLanguageService, TextDocument } = createRequire(import.meta.url)('amazon-states-language-service') as Module;

/** One line for each finding: `line: message`. */
export async function languageServiceFindings(text: string): Promise<string[]> {
  const service = getLanguageService({});
  const document = TextDocument.create('memory://machine.asl.json', 'asl', 1, text);
  return (await service.doValidation(document, service.parseJSONDocument(document))).map(({ message, range }) => `${range.start.line + 1}: ${message}`);
}
