/** Refusals of the API (RFC 9457), and a control plane that does not answer. */
export interface ProblemFields {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
}

export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  /** 0: no control plane answered. */
  readonly status: number;
  readonly title: string;

  constructor({ status, title, detail }: ProblemFields, options?: ErrorOptions) {
    super(detail, options);
    this.status = status;
    this.title = title;
  }

  /** What was shown is not what is there any more: look again, then decide again. */
  get isStale(): boolean {
    return this.status === 412 || this.title === 'StaleGeneration' || this.title === 'Conflict';
  }

  /** The same request may succeed later, with nobody changing anything. */
  get mayPass(): boolean {
    return this.status === 0 || this.status >= 500;
  }
}

export const unreachable = (cause: unknown): ApiProblem => new ApiProblem({ status: 0, title: 'Unreachable', detail: 'No control plane answers. It is asked again by itself; if it stays so, start it (slipway up) or look at its log.' }, { cause });

const field = (value: unknown, name: string): string => (typeof value === 'object' && value !== null && name in value ? String((value as Record<string, unknown>)[name]) : '');

export async function problemOf(response: Response): Promise<ApiProblem> {
  const said: unknown = await response.json().catch(() => null);
  const title = field(said, 'title');
  return new ApiProblem({ status: response.status, title: title === '' ? `HTTP ${response.status}` : title, detail: field(said, 'detail') || `It was refused (${response.status}) without saying why. Is the address of the API right? It stands in config.json.` });
}
