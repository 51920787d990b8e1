/** What the router says to its mirror thread, and what it hears. */
import type { ParallelReport } from '../../domain/parallel/report.ts';
import type { ParallelRun } from '../../domain/parallel/rule.ts';
import type { HttpRequest } from '../../comparison/http-request.ts';

export type ToThread =
  /** Begins a comparison, or gives one that runs other instances. Origins: `http://127.0.0.1:20001`. */
  | { readonly kind: 'open'; readonly id: string; readonly rule: ParallelRun; readonly stable: readonly string[]; readonly candidate: readonly string[] }
  | { readonly kind: 'request'; readonly id: string; readonly request: HttpRequest }
  | { readonly kind: 'read'; readonly id: string; readonly question: number }
  | { readonly kind: 'close'; readonly id: string };

export type FromThread =
  /** So many requests are done with. */
  | { readonly kind: 'done'; readonly id: string; readonly count: number }
  | { readonly kind: 'report'; readonly question: number; readonly report: ParallelReport | undefined };
