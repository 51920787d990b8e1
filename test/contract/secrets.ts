/** What every source of secrets must do; run on each adapter. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { SecretSource } from '../../src/ports/secrets.ts';

export interface SecretsUnderTest {
  readonly secrets: SecretSource;
  /** Stores a value where `reference` finds it; again: replaces it. */
  readonly put: (reference: string, value: string) => void | Promise<void>;
  /** References that nothing else uses, of each form that the source knows. */
  readonly references: readonly string[];
}

export function secretsContract(name: string, open: () => SecretsUnderTest | Promise<SecretsUnderTest>): void {
  describe(`secrets contract: ${name}`, () => {
    let under: SecretsUnderTest;
    beforeEach(async () => {
      under = await open();
    });
    const refusal = (reference: string) => under.secrets.resolve(reference).then(() => undefined, (error: unknown) => error as Error & { evidence: unknown });

    it('gives the value that is stored, of every form of reference', async () => {
      for (const [index, reference] of under.references.entries()) await under.put(reference, `va lue "${index}"\nof two lines`);
      expect(await Promise.all(under.references.map((reference) => under.secrets.resolve(reference)))).toEqual(under.references.map((_, index) => `va lue "${index}"\nof two lines`));
    });

    it('names what is not there', async () => {
      for (const reference of under.references) expect(await refusal(reference)).toMatchObject({ name: 'NotFound', message: expect.stringContaining(reference) });
    });

    it('finds one that was put after it was asked for in vain', async () => {
      const [reference = ''] = under.references;
      expect(await refusal(reference)).toMatchObject({ name: 'NotFound' });
      await under.put(reference, 'later');
      expect(await under.secrets.resolve(reference)).toBe('later');
    });

    it.each(['', ' ', '../up', 'a b', 'file:///etc/passwd', 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:x', 'ssm:no-slash', 'secretsmanager:', 'secretsmanager:a#', 'x'.repeat(600), 'a\nb'])('refuses the reference %j', async (reference) => {
      expect(await refusal(reference)).toMatchObject({ name: expect.stringMatching(/^(?:InvalidInput|NotFound)$/) });
    });
  });
}
