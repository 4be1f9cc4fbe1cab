/**
 * Runs `attempt`, which must be refused. Rejects if it is not refused, or if the error's code does not match `code`
 * (one code, or a pattern for several).
 */
export async function expectCode(what: string, code: string | RegExp, attempt: () => unknown): Promise<void> {
  let error: unknown;
  try {
    await attempt();
  } catch (thrown) {
    error = thrown;
  }
  if (error === undefined) throw new Error(`${what}: got no error, wanted one with the code ${code}`);
  const got = (error as { code?: unknown }).code;
  const fits = typeof got === 'string' && (typeof code === 'string' ? got === code : code.test(got));
  if (!fits) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`${what}: got an error with the code ${String(got)} (${message}), wanted the code ${code}`);
  }
}
